#include "scaling/value_history.h"

#include <algorithm>
#include <chrono>

namespace gpuscaler::scaling {
namespace {

int64_t SecondsIn(base::Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

}  // namespace

int64_t SecondOf(base::SteadyTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

ValueHistory::ValueHistory(base::Duration longest) : longest_(SecondsIn(longest)) {}

size_t ValueHistory::MostBytes(base::Duration longest) {
  constexpr size_t kDequeBlocks = 1024;  // the first and the last are not full
  return sizeof(ValueHistory) + kDequeBlocks +
         static_cast<size_t>(SecondsIn(longest)) * sizeof(Second);
}

void ValueHistory::Add(base::SteadyTime now, double value) {
  const int64_t second = SecondOf(now);
  if (seconds_.empty() || second > seconds_.back().second) {
    seconds_.push_back({second, value});
    newest_sum_ = value;
    newest_count_ = 1;
  } else {
    newest_sum_ += value;
    ++newest_count_;
    seconds_.back().average = newest_sum_ / static_cast<double>(newest_count_);
  }
  while (seconds_.front().second <= seconds_.back().second - longest_) seconds_.pop_front();
}

std::optional<double> ValueHistory::Average(base::SteadyTime now, base::Duration window) const {
  const int64_t last = SecondOf(now);
  const int64_t first = last - SecondsIn(window) + 1;
  double sum = 0;
  size_t count = 0;
  for (const Second& second : seconds_) {
    if (second.second < first || second.second > last) continue;
    sum += second.average;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

}  // namespace gpuscaler::scaling
