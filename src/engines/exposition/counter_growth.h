// How much counters have grown from one scrape of an address to the next.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "base/time.h"
#include "engines/exposition/series_room.h"
#include "engines/exposition/signal_reading.h"

namespace gpuscaler::engines {

struct Growth {
  double amount = 0;
  bool restarted = false;  // a counter fell
};

using Growths = std::map<SeriesKey, Growth>;  // by SeriesValue::group

class CounterGrowth {
 public:
  // A series that is gone is remembered for so long: one that comes back goes on.
  static constexpr base::Duration kRemember = std::chrono::minutes(5);
  // So many of them, and no more.
  static constexpr size_t kMostGone = 10'000;

  // `room` must outlive it.
  explicit CounterGrowth(SeriesRoom& room) : share_(room) {}

  // Takes the counters of a scrape, of which there may be none. Returns their
  // growth since the one before; of the first scrape 0. Empty: there is no room to
  // remember them, and the next scrape is the first.
  //
  // As Prometheus has it, a counter that fell was restarted and has grown from 0.
  // So has a series that the scrape before did not have: engines make a series
  // with the first request that it counts.
  std::optional<Growths> Update(std::span<const SeriesValue> counters, base::SteadyTime now);

  // The next scrape is the first.
  void Forget();

 private:
  struct Last {
    double value;
    base::SteadyTime seen;
  };
  // Of those that the scrape of `now` did not have.
  void Drop(base::SteadyTime now, base::Duration longer_gone_than);

  std::map<SeriesKey, Last> last_;
  SeriesRoom::Share share_;
  bool first_ = true;
};

}  // namespace gpuscaler::engines
