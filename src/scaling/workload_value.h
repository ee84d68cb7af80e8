// The reported value of a workload: HPA's arithmetic turned round, so that it
// ends at the right number of replicas. Pure.
#pragma once

#include <cstddef>

#include "scaling/trigger.h"

namespace gpuscaler::scaling {

struct ReplicaCounts {
  size_t fresh = 0;    // n
  size_t warming = 0;  // w
  size_t missing = 0;  // m
};

// Of a, the aggregate over the fresh replicas' GPUs; n > 0.
//
// Under Value, and for metrics that are not shared by the replicas, a itself.
// Under AverageValue HPA divides by the target alone, so a shared metric is
// multiplied: S = a x n, or with `sum` S = a. While replicas are missing they
// count as at the target, up to what keeps HPA from shrinking and from growing:
// S + target x m where S <= target x n, else max(S, target x (n + m)). Warming
// replicas are added to nothing.
double WorkloadValue(const Trigger& trigger, double aggregate, const ReplicaCounts& replicas);

// Where no replica is fresh and some are warming: what makes HPA hold. The
// target, under AverageValue times w + m.
double HeldValue(const Trigger& trigger, const ReplicaCounts& replicas);

}  // namespace gpuscaler::scaling
