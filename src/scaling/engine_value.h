// The number of a trigger whose metric engines tell: the rules of docs/design.md, "How
// the number is made", with the addresses behind the endpoint's name as replicas.
#pragma once

#include "absl/status/status.h"
#include "base/time.h"
#include "engines/signal/signal_view.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Pure. Fills in value, aggregate, counted, addresses and missing of `evaluation`, made
// at `evaluated_at`; answers whether one address exceeds the threshold.
//
// An address is fresh while the number that it last told is at most stale_after old,
// else missing: it counts as at the target, as a missing replica does. No address at all
// is a value, 0, where the name once had one, or where an activation signal tells when
// there is to be one. UNAVAILABLE: no address could be read, fewer than minCoveragePercent,
// the name cannot be looked up or never had an address; FAILED_PRECONDITION: no
// address has the series; PERMISSION_DENIED: none may be read.
absl::StatusOr<bool> CountAddresses(const Trigger& trigger, const engines::SignalView& view,
                                    const EvaluationLimits& limits, Evaluation& evaluation);

}  // namespace gpuscaler::scaling
