// Whose pod a pod is, where nobody has named a workload: the likeliest by its name alone.
#pragma once

#include <string_view>

#include "catalog/workload_kinds.h"

namespace gpuscaler::catalog {

struct WorkloadName {
  const WorkloadKindRow* kind;  // not owned, static
  std::string_view name;        // of the workload; a part of `pod`
  std::string_view replica;     // the pod, or its group; likewise
};

// By the rules of workload_kinds.h, those first that a name meets least by chance:
// Deployment, LeaderWorkerSet's worker, Indexed Job, StatefulSet, Job. A DaemonSet's pods
// are named as a Job's, a Rollout's as a Deployment's, a LeaderWorkerSet's leader as a
// StatefulSet's pod. One that no rule reads is its own workload, of the kind `pods`.
WorkloadName WorkloadOf(std::string_view pod);

}  // namespace gpuscaler::catalog
