// The number of a trigger whose metric engines tell: the rules of docs/design.md, "How
// the number is made", with the addresses behind the endpoint's name as replicas.
#pragma once

#include "absl/status/statusor.h"
#include "engines/signal/signal_view.h"
#include "scaling/evaluation.h"
#include "scaling/evaluation_limits.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Pure. Fills in `evaluation`, made at `evaluated_at`, as far as it gets. `said`: what engines
// say of the trigger's metric; nullptr: they are not read.
//
// An address is fresh while the number that it last told is at most stale_after old,
// else missing: it counts as at the target, as a missing replica does. No address at all
// is a value, 0, where the name once had one, or where an activation signal tells when
// there is to be one. UNAVAILABLE: no address could be read, fewer than minCoveragePercent,
// the name cannot be looked up or never had an address; FAILED_PRECONDITION: no
// address has the series; PERMISSION_DENIED: none may be read.
absl::Status EvaluateEngine(const Trigger& trigger, const EvaluationLimits& limits,
                            const absl::StatusOr<engines::SignalView>* said,
                            Evaluation& evaluation);

}  // namespace gpuscaler::scaling
