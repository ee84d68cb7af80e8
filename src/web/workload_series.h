// The series of /metrics by workload: what holds GPUs, by the names of its pods.
#pragma once

#include <cstddef>

#include "web/exposition.h"
#include "web/workload_totals.h"

namespace gpuscaler::web {

// Of more than these the first by namespace and name; `workloads` counts all.
inline constexpr size_t kMostWorkloadSeries = 2000;

void WriteWorkloadSeries(const WorkloadsByName& workloads, Exposition& page);

}  // namespace gpuscaler::web
