// The fleet on /metrics: a gateway shows its nodes, not their GPUs, which the nodes
// show themselves.
#pragma once

#include "base/time.h"
#include "fleet/collector.h"
#include "serving/request_stats.h"
#include "telemetry/store.h"
#include "web/exposition.h"
#include "web/workload_totals.h"

namespace gpuscaler::web {

// `connections`: of the report port.
void WriteFleetSeries(const telemetry::View& view, const WorkloadsByName& workloads,
                      const fleet::Collector::Stats& stats,
                      const serving::ConnectionStats& connections, base::Duration stale_after,
                      base::SteadyTime now, Exposition& page);

}  // namespace gpuscaler::web
