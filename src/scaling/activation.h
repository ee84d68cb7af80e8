// What the activation signal says: the one that exists at zero replicas. Pure.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/signal/signal_view.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// The sum over the endpoint's addresses, of those that are at most stale_after old: each
// router has a queue of its own. UNAVAILABLE, FAILED_PRECONDITION, PERMISSION_DENIED: none
// could be read, and why; absent is an error, not 0.
absl::StatusOr<double> ActivationValue(const engines::SignalView& view, base::SteadyTime now,
                                       const EvaluationLimits& limits);

// Makes `evaluation`, of the trigger's own metric, active where the signal asks for it:
// now, or within the last `warmup` while no replica has come yet. `signal` is what
// ActivationValue answered, `last_sign` when it last exceeded the threshold; an error of
// the signal is one of the whole where nothing else is active.
absl::Status Activate(const Trigger& trigger, const absl::StatusOr<double>& signal,
                      std::optional<base::SteadyTime> last_sign, Evaluation& evaluation);

}  // namespace gpuscaler::scaling
