#include "scaling/value_history.h"

#include <algorithm>
#include <chrono>

namespace gpuscaler::scaling {
namespace {

int64_t SecondOf(base::SteadyTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void ValueHistory::Add(base::SteadyTime now, double value) {
  const int64_t second = SecondOf(now);
  if (seconds_.empty() || second > seconds_.back().second) {
    seconds_.push_back({second, value, 1});
  } else {
    seconds_.back().sum += value;
    ++seconds_.back().count;
  }
  const int64_t longest = std::chrono::duration_cast<std::chrono::seconds>(kLongestWindow).count();
  while (seconds_.front().second <= seconds_.back().second - longest) seconds_.pop_front();
}

std::optional<double> ValueHistory::Average(base::SteadyTime now, base::Duration window) const {
  const int64_t last = SecondOf(now);
  const int64_t first = last - std::chrono::ceil<std::chrono::seconds>(window).count() + 1;
  double sum = 0;
  size_t count = 0;
  for (const Second& second : seconds_) {
    if (second.second < first || second.second > last) continue;
    sum += second.sum / static_cast<double>(second.count);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

}  // namespace gpuscaler::scaling
