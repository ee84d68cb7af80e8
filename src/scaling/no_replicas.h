// Why a workload's replicas give no value, as the error that KEDA gets. Each is of an
// evaluation whose `workload` is known.
#pragma once

#include "absl/status/status.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// FAILED_PRECONDITION: it has pods, and all of their GPUs lack the metric.
absl::Status NoneOfItsGpusCounts(const Trigger& trigger, const Evaluation& evaluation);

// UNAVAILABLE: no node at all has come, and for `wait` more one still may.
absl::Status NoNodeYet(const Trigger& trigger, base::Duration wait);

// UNAVAILABLE: no replica is known, and some nodes do not tell who holds their GPUs.
absl::Status NobodyTells(const Trigger& trigger, const Evaluation& evaluation);

// UNAVAILABLE: none is there but missing ones, or fewer are fresh than minCoveragePercent
// asks for; which are missing, and why.
absl::Status TooFewReplicas(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
