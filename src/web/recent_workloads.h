// The workloads of the newest view, added up now and then.
#pragma once

#include "base/time.h"
#include "telemetry/view.h"
#include "web/workload_totals.h"

namespace gpuscaler::web {

// Adding up the pods of a large fleet takes a tenth of a second and more of a core: what came of
// it is good for ten times what it took, however often /metrics or the API are asked. One thread.
class RecentWorkloads {
 public:
  // Of `view`, or of one that was given lately.
  const WorkloadsByName& Of(const telemetry::View& view, base::Duration stale_after,
                            base::SteadyTime now);

 private:
  WorkloadsByName totals_;
  base::SteadyTime good_until_ = {};
};

}  // namespace gpuscaler::web
