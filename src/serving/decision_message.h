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
void SetError(const absl::Status& status, decision::v1::Decision& decision);

// What KEDA was last answered. Of an explanation only what HPA wants by it.
decision::v1::Decision DescribeAnswered(const KnownDecision& known);

}  // namespace gpuscaler::serving
