// What the activation signal says: the one that exists at zero replicas. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/signal/signal_view.h"
#include "scaling/evaluation_limits.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Whether the sum over the endpoint's addresses exceeds the threshold of `signal`: each router
// has a queue of its own. What is known may be enough to exceed it; else every address must be
// known, by what it said at most stale_after ago, or must have answered without the series while
// another has it, as a router through which no request has come. Errors: UNAVAILABLE,
// FAILED_PRECONDITION, PERMISSION_DENIED, RESOURCE_EXHAUSTED: what is not known, and why; that of
// `view`, what engines say of it; nullptr: they are not read.
absl::StatusOr<bool> ActivationExceeds(const ActivationSignal& signal,
                                       const absl::StatusOr<engines::SignalView>* view,
                                       base::SteadyTime now, const EvaluationLimits& limits);

}  // namespace gpuscaler::scaling
