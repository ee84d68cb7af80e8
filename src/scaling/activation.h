// What the activation signal says: the one that exists at zero replicas. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/signal/signal_view.h"
#include "scaling/evaluation_limits.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// The sum over the endpoint's addresses, of those that are at most stale_after old: each
// router has a queue of its own. UNAVAILABLE, FAILED_PRECONDITION, PERMISSION_DENIED: none
// could be read, and why; absent is an error, not 0.
absl::StatusOr<double> ActivationValue(const engines::SignalView& view, base::SteadyTime now,
                                       const EvaluationLimits& limits);

// Whether it exceeds the threshold of `signal`. Errors as above, and that of `view`, what
// engines say of it; nullptr: they are not read.
absl::StatusOr<bool> ActivationExceeds(const ActivationSignal& signal,
                                       const absl::StatusOr<engines::SignalView>* view,
                                       base::SteadyTime now, const EvaluationLimits& limits);

}  // namespace gpuscaler::scaling
