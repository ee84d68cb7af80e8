// A trigger's own past, for `window`: the average of the reported value over
// the last N seconds.
//
// Memory is bounded: one average per second, 300 seconds at most. Every second
// that has a value weighs the same, whatever the number of samples in it;
// seconds without one (no fresh data) are left out, not counted as zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"

namespace gpuscaler::scaling {

inline constexpr base::Duration kLongestWindow = std::chrono::seconds(300);

// What a history takes for one second: that of the steady clock.
int64_t SecondOf(base::SteadyTime time);

class ValueHistory {
 public:
  // Of the last seconds that `longest` spans, rounded up.
  explicit ValueHistory(base::Duration longest = kLongestWindow);

  // What one of `longest` can come to hold, in bytes.
  static size_t MostBytes(base::Duration longest);

  // `now` must not go back.
  void Add(base::SteadyTime now, double value);
  // Over the last N whole seconds of the clock, the running one among them;
  // N is `window` rounded up. Empty when nothing is known of that time.
  std::optional<double> Average(base::SteadyTime now, base::Duration window) const;

 private:
  struct Second {
    int64_t second;  // of the steady clock
    double average;
  };
  int64_t longest_;             // seconds
  std::deque<Second> seconds_;  // ascending
  double newest_sum_ = 0;       // of the newest second
  size_t newest_count_ = 0;
};

}  // namespace gpuscaler::scaling
