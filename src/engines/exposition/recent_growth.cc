#include "engines/exposition/recent_growth.h"

#include <algorithm>
#include <cstddef>

namespace gpuscaler::engines {

void RecentGrowth::Begin(base::SteadyTime now) {
  readings_.assign(1, {now, 0});
}

void RecentGrowth::Add(double growth, base::SteadyTime now) {
  const size_t count = readings_.size();
  if (count >= 2 && now - readings_[count - 2].at < kApart) {
    readings_.back().at = now;
    readings_.back().growth += growth;
  } else {
    readings_.push_back({now, growth});
  }
  // The two newest stay, whatever their age.
  const auto first = std::find_if(readings_.begin(), readings_.end() - 2,
                                  [now](const Reading& each) { return now - each.at <= kSpan; });
  readings_.erase(readings_.begin(), first);
}

double RecentGrowth::PerSecond() const {
  if (readings_.empty()) return 0;
  double sum = 0;
  for (size_t i = 1; i < readings_.size(); ++i) sum += readings_[i].growth;
  const base::Duration span = readings_.back().at - readings_.front().at;
  return sum / base::ToSeconds(std::max(span, kLeast));
}

}  // namespace gpuscaler::engines
