// A decision as the message of proto/decision.proto: what stands in the trigger, and what
// was decided, without why.
#pragma once

#include "absl/status/status.h"
#include "decision.pb.h"
#include "externalscaler.pb.h"
#include "scaling/trigger.h"
#include "serving/decisions.h"

namespace gpuscaler::serving {

// Names and, where the metadata can be read, what the trigger says. Any text: what is not
// UTF-8 becomes U+FFFD.
decision::v1::Decision DescribeTrigger(const externalscaler::ScaledObjectRef& object,
                                       const absl::StatusOr<scaling::Trigger>& trigger);

// The code's gRPC name and the message; of an error.
decision::v1::Error DescribeError(const absl::Status& status);

// Why there is no value, and why it is not known whether it is active; the latter is left out
// where the former says it.
void SetErrors(const absl::Status& value_status, const absl::Status& active_status,
               decision::v1::Decision& decision);

// What KEDA was last answered. Of an explanation only what HPA wants by it.
decision::v1::Decision DescribeAnswered(const KnownDecision& known);

}  // namespace gpuscaler::serving
