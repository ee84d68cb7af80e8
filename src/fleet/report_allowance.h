// How many reports a stream may carry: twenty at once, and as many in a second. A node
// sends no more, and what comes faster a gateway does not read.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace gpuscaler::fleet {

class ReportAllowance {
 public:
  static constexpr double kMostAtOnce = 20;
  static constexpr double kMostPerSecond = 20;

  explicit ReportAllowance(base::SteadyTime now) : earned_at_(now) {}

  void Earn(base::SteadyTime now) {
    const double earned = kMostPerSecond * base::ToSeconds(now - earned_at_);
    left_ = std::min(left_ + earned, kMostAtOnce);
    earned_at_ = now;
  }
  bool Has() const { return left_ >= 1; }
  // Half of it is used up.
  bool IsScarce() const { return left_ < kMostAtOnce / 2; }
  void Take() { left_ -= 1; }
  // By then it has one more.
  base::SteadyTime due() const {
    return earned_at_ + std::chrono::milliseconds(static_cast<int64_t>(1000 / kMostPerSecond));
  }

 private:
  double left_ = kMostAtOnce;
  base::SteadyTime earned_at_;
};

}  // namespace gpuscaler::fleet
