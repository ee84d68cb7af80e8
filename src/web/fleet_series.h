// The fleet on /metrics: a gateway shows its nodes, not their GPUs, which the nodes
// show themselves.
#pragma once

#include "base/time.h"
#include "fleet/collector.h"
#include "telemetry/store.h"
#include "web/exposition.h"

namespace gpuscaler::web {

void WriteFleetSeries(const telemetry::View& view, const fleet::Collector::Stats& stats,
                      base::Duration stale_after, base::SteadyTime now, Exposition& page);

}  // namespace gpuscaler::web
