// When a gateway that has just started knows its fleet: it cannot tell a node that
// is missing from one that has not come yet, so it waits until no more join.
// Thread-safe.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::fleet {

class WarmUp {
 public:
  static constexpr base::Duration kQuiet = std::chrono::seconds(2);
  static constexpr base::Duration kLongest = std::chrono::seconds(15);

  explicit WarmUp(base::SteadyTime started) : started_(started), joined_at_(started) {}

  // A node came that was not there before. It has no say any more once Over.
  void Joined(base::SteadyTime now);

  // When the fleet is known if nobody else joins. From then on it is over.
  base::SteadyTime ends_at() const;
  // UNAVAILABLE: it goes on.
  absl::Status Over(base::SteadyTime now) const;

 private:
  const base::SteadyTime started_;
  std::atomic<base::SteadyTime> joined_at_;  // the newest one's
};

}  // namespace gpuscaler::fleet
