// The number of a trigger that names a workload: the rules of docs/design.md, "How the
// number is made", with its pods as replicas.
#pragma once

#include "absl/status/status.h"
#include "scaling/evaluation.h"
#include "scaling/evaluation_limits.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Pure. Fills in `evaluation`, made at `evaluated_at` of `view`, as far as it gets.
//
// No replica at all is a value, 0, where every node in view tells who holds its GPUs, a view
// without nodes among them: whoever has not heard all of its fleet must not ask.
// UNAVAILABLE: only missing replicas are known; none is and not every node tells; fewer are
// fresh than minCoveragePercent asks for; a sum lacks a reading. FAILED_PRECONDITION: its
// pods' GPUs lack the metric, and as FindReplicas does.
absl::Status EvaluateWorkload(const Trigger& trigger, const EvaluationLimits& limits,
                              const Past& past, Evaluation& evaluation);

}  // namespace gpuscaler::scaling
