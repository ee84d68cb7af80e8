// Whether a full gateway has turned nodes away: whose pods are on these nobody knows, so what
// it sees of a workload may be a part. Thread-safe.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::fleet {

class TurnedAway {
 public:
  // A node that is turned away tries again after half of it at the latest (report_link.cc),
  // and is turned away again.
  static constexpr base::Duration kLasts = std::chrono::seconds(15);

  // A node was refused, or had to make room: it counts until then.
  void Note(base::SteadyTime until);
  // UNAVAILABLE: there is one, and what to do.
  absl::Status At(base::SteadyTime now) const;

 private:
  std::atomic<base::SteadyTime> until_ = base::SteadyTime();
};

}  // namespace gpuscaler::fleet
