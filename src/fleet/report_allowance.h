// How many reports a stream may carry: twenty at once, and as many in a second. A node
// sends no more. A gateway reads a little more, so that one that keeps to it never waits, and
// what comes faster it does not read.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace gpuscaler::fleet {

class ReportAllowance {
 public:
  static constexpr double kMostAtOnce = 20;
  static constexpr double kMostPerSecond = 20;

  static constexpr double kMostRead = 1.1 * kMostPerSecond;

  // `per_second`: one of the two.
  ReportAllowance(base::SteadyTime now, double per_second)
      : per_second_(per_second), earned_at_(now) {}

  void Earn(base::SteadyTime now) {
    const double earned = per_second_ * base::ToSeconds(now - earned_at_);
    left_ = std::min(left_ + earned, kMostAtOnce);
    earned_at_ = now;
  }
  bool Has() const { return left_ >= 1; }
  // Half of it is used up.
  bool IsScarce() const { return left_ < kMostAtOnce / 2; }
  void Take() { left_ -= 1; }
  // By then it has one more.
  base::SteadyTime due() const {
    return earned_at_ + std::chrono::milliseconds(static_cast<int64_t>(1000 / per_second_));
  }

 private:
  double per_second_;
  double left_ = kMostAtOnce;
  base::SteadyTime earned_at_;
};

}  // namespace gpuscaler::fleet
