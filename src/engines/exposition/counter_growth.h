// How much counters have grown from one scrape of an address to the next.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "base/time.h"
#include "engines/exposition/signal_reading.h"

namespace gpuscaler::engines {

struct Growth {
  double amount = 0;
  bool restarted = false;  // a counter fell
};

class CounterGrowth {
 public:
  // A series that is gone is remembered for so long: one that comes back goes on.
  static constexpr base::Duration kRemember = std::chrono::minutes(5);

  // Takes the counters of a scrape, of which there may be none. Returns their
  // growth since the one before, by SeriesValue::group; of the first scrape 0.
  //
  // As Prometheus has it, a counter that fell was restarted and has grown from 0.
  // So has a series that the scrape before did not have: engines make a series
  // with the first request that it counts.
  std::map<std::string, Growth, std::less<>> Update(std::span<const SeriesValue> counters,
                                                    base::SteadyTime now);

 private:
  struct Last {
    double value;
    base::SteadyTime seen;
  };
  std::map<std::string, Last, std::less<>> last_;  // by labels
  bool first_ = true;
};

}  // namespace gpuscaler::engines
