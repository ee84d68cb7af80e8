#include "engines/exposition/counter_growth.h"

#include <cstddef>

namespace gpuscaler::engines {

std::optional<Growths> CounterGrowth::Update(std::span<const SeriesValue> counters,
                                             base::SteadyTime now) {
  Growths growths;
  for (const SeriesValue& counter : counters) {
    Growth& growth = growths[counter.group];
    const auto [last, is_new] = last_.try_emplace(counter.series, Last{counter.value, now});
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
  Drop(now, last_.size() > counters.size() + kMostGone ? base::Duration::zero() : kRemember);
  if (share_.Hold(last_.size())) return growths;
  Drop(now, base::Duration::zero());
  if (share_.Hold(last_.size())) return growths;
  Forget();
  return std::nullopt;
}

void CounterGrowth::Forget() {
  last_.clear();
  share_.Hold(0);
  first_ = true;
}

void CounterGrowth::Drop(base::SteadyTime now, base::Duration longer_gone_than) {
  std::erase_if(last_,
                [&](const auto& entry) { return now - entry.second.seen > longer_gone_than; });
}

}  // namespace gpuscaler::engines
