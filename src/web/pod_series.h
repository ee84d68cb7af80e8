// Who holds the GPUs, as Prometheus series.
#pragma once

#include "base/time.h"
#include "telemetry/view.h"
#include "web/exposition.h"

namespace gpuscaler::web {

// Of each node that asks its kubelet: the age of the newest listing, whether the
// newest attempt succeeded, and a series for each GPU that a pod holds, always 1,
// to join others with by gpu_uuid. Holders of a listing that is older than
// `stale_after` have no sample. The label `node` is there as in WriteGpuSeries.
void WritePodSeries(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now,
                    Exposition& page);

}  // namespace gpuscaler::web
