#include "fleet/report_lag.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gpuscaler::fleet {
namespace {

constexpr base::Duration kWindow = std::chrono::seconds(10);
constexpr base::Duration kLatest = std::chrono::minutes(2);  // no connection lives so long

}  // namespace

base::Duration ReportLag::Of(uint64_t sent_ms, base::SteadyTime now) {
  constexpr uint64_t kMostMs = uint64_t{1} << 40;
  if (sent_ms == 0 || sent_ms > kMostMs) return base::Duration::zero();
  const base::Duration ahead =
      now.time_since_epoch() - std::chrono::milliseconds(static_cast<int64_t>(sent_ms));
  if (now - window_at_ > kWindow) {
    quickest_before_ = std::exchange(quickest_, std::nullopt);
    window_at_ = now;
  }
  quickest_ = std::min(ahead, quickest_.value_or(ahead));
  const base::Duration quickest = std::min(*quickest_, quickest_before_.value_or(*quickest_));
  return std::min<base::Duration>(ahead - quickest, kLatest);
}

}  // namespace gpuscaler::fleet
