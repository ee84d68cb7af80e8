#include "engines/exposition/counter_growth.h"

#include <cstddef>

namespace gpuscaler::engines {
namespace {

// Series that are gone and yet remembered.
constexpr size_t kMostGone = 10'000;

}  // namespace

std::map<std::string, Growth, std::less<>> CounterGrowth::Update(
    std::span<const SeriesValue> counters, base::SteadyTime now) {
  std::map<std::string, Growth, std::less<>> growths;
  for (const SeriesValue& counter : counters) {
    Growth& growth = growths[counter.group];
    const auto [last, is_new] = last_.try_emplace(counter.labels, Last{counter.value, now});
    if (is_new) {
      if (!first_) growth.amount += counter.value;
    } else if (counter.value >= last->second.value) {
      growth.amount += counter.value - last->second.value;
    } else {
      growth.amount += counter.value;
      growth.restarted = true;
    }
    last->second = {counter.value, now};
  }
  first_ = false;
  const bool too_many = last_.size() > counters.size() + kMostGone;
  std::erase_if(last_, [&](const auto& entry) {
    return entry.second.seen != now && (too_many || now - entry.second.seen > kRemember);
  });
  return growths;
}

}  // namespace gpuscaler::engines
