#include "web/recent_workloads.h"

namespace gpuscaler::web {
namespace {

constexpr int kRest = 10;

}  // namespace

const WorkloadsByName& RecentWorkloads::Of(const telemetry::View& view, base::Duration stale_after,
                                           base::SteadyTime now) {
  if (now >= good_until_) {
    const base::SteadyTime began = base::Now();
    totals_ = TotalWorkloads(view, {}, stale_after, now);
    const base::Duration took = base::Now() - began;
    good_until_ = now + took + kRest * took;
  }
  return totals_;
}

}  // namespace gpuscaler::web
