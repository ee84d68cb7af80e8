// The series of /metrics by workload: what holds GPUs, by the names of its pods.
#pragma once

#include "base/time.h"
#include "telemetry/view.h"
#include "web/exposition.h"

namespace gpuscaler::web {

// Of more than these the first by namespace and name; `workloads` counts all.
inline constexpr size_t kMostWorkloadSeries = 2000;

void WriteWorkloadSeries(const telemetry::View& view, base::Duration stale_after,
                         base::SteadyTime now, Exposition& page);

}  // namespace gpuscaler::web
