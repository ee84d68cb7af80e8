// Whether a full gateway lately turned nodes away: whose pods are on these nobody knows, so
// what it sees of a workload may be a part. Thread-safe.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::fleet {

class TurnedAway {
 public:
  // A node that is turned away tries again after half of it at the latest (report_link.cc).
  static constexpr base::Duration kLasts = std::chrono::seconds(15);

  // A node was refused, or had to make room.
  void Note(base::SteadyTime now) { at_.store(now, std::memory_order_relaxed); }
  // UNAVAILABLE: within the last kLasts, and what to do.
  absl::Status Lately(base::SteadyTime now) const;

 private:
  std::atomic<base::SteadyTime> at_ = base::SteadyTime::min();
};

}  // namespace gpuscaler::fleet
