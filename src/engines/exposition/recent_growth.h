// The growth of counters over the last seconds. What it says does not depend on how
// often they are read: ten times a second while a stream waits, else once.
#pragma once

#include <vector>

#include "base/time.h"

namespace gpuscaler::engines {

class RecentGrowth {
 public:
  // Between the oldest reading that is no older than this and the newest; between the
  // two newest where there is none.
  static constexpr base::Duration kSpan = std::chrono::seconds(5);
  // Growth is divided by no less: a request that is counted in the tenth of a second
  // after the very first reading is no ten requests a second.
  static constexpr base::Duration kLeast = std::chrono::seconds(1);

  // A reading that nothing is compared with.
  void Begin(base::SteadyTime now);
  // The next one, and the growth since the one before.
  void Add(double growth, base::SteadyTime now);
  void Clear() { readings_.clear(); }

  double PerSecond() const;

 private:
  struct Reading {
    base::SteadyTime at;
    double growth;  // since the one before
  };
  // Two readings that are closer than this count as one: what is kept is bounded,
  // whatever the period.
  static constexpr base::Duration kApart = std::chrono::milliseconds(250);

  std::vector<Reading> readings_;  // the first is what the others have grown from
};

}  // namespace gpuscaler::engines
