// When a node's next report is due: an interval after the last one, give or take a
// twentieth, so that it can leave with readings that were taken just then instead of
// such that have waited for it. Within a few reports it falls into step with the fast
// lane.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace gpuscaler::fleet {

class ReportSchedule {
 public:
  explicit ReportSchedule(base::Duration interval) : interval_(interval) {}

  base::Duration interval() const { return interval_; }
  // From now on; a report that is due later than that comes earlier.
  void SetInterval(base::Duration interval, base::SteadyTime now) {
    interval_ = interval;
    at_ = std::min(at_, now + interval);
  }

  // `read_at`: when the newest readings were taken.
  bool IsDue(base::SteadyTime now, base::SteadyTime read_at) const {
    return now >= latest() || read_at >= at_ - Slack();
  }
  base::SteadyTime latest() const { return at_ + Slack(); }

  // One has left; the next one `wait` later.
  void Sent(base::SteadyTime now, base::Duration wait) { at_ = now + wait; }

 private:
  base::Duration Slack() const { return interval_ / 20; }

  base::Duration interval_;
  base::SteadyTime at_ = {};
};

}  // namespace gpuscaler::fleet
