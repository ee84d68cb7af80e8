// The part of a metrics page that tells of GPUs: their readings, and whether
// they can be read.
#pragma once

#include "base/time.h"
#include "telemetry/view.h"
#include "web/exposition.h"

namespace gpuscaler::web {

// One family for each series of the catalog, then the state of GPUs and nodes.
// Samples have the label `node` only while the view holds more than one.
void WriteGpuSeries(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now,
                    Exposition& page);

}  // namespace gpuscaler::web
