// The value of a signal at one address, from scrape to scrape: what is read from
// counters needs two of them.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/exposition/counter_growth.h"
#include "engines/exposition/recent_growth.h"
#include "engines/exposition/series_room.h"
#include "engines/exposition/signal.h"
#include "engines/exposition/signal_reading.h"

namespace gpuscaler::engines {

// One for each signal and address; an address that is another process's now
// needs a new one. Not thread-safe.
class SignalTracker {
 public:
  // Two scrapes further apart than this tell nothing of now.
  static constexpr base::Duration kLongestGap = std::chrono::minutes(5);

  // `signal` and `room`, for what is kept from scrape to scrape, must outlive the
  // tracker.
  SignalTracker(const Signal& signal, SeriesRoom& room);

  // The value, in the unit of the signal's quantity. `now` is when the exposition
  // was read; a scrape that failed is not told. What is absent, or no number that
  // can be used, is the reading's own error, UNAVAILABLE what the next scrape will
  // tell, RESOURCE_EXHAUSTED that there is no room for its series, FAILED_PRECONDITION
  // what is larger than any number. Finite.
  //
  // A rate is the growth over the last seconds (RecentGrowth): above 0 from the first
  // scrape that shows growth until that is RecentGrowth::kSpan ago, else 0. A series
  // that was absent and is there now has grown from 0.
  //
  // A mean wait is the growth of the time waited over the growth of the requests,
  // in all queues (models) together. A request is counted when it is answered,
  // so that those who wait are not in it; hence
  // - while somebody waits in a queue and nobody of it is answered, the value is at
  //   least the time for which that has been so: with no place free, the one who
  //   waited at its beginning still waits;
  // - where nobody was answered at all it is the last mean, if that is more;
  // - where nobody was answered and nobody waits it is 0;
  // - where nobody was answered and the engine does not tell who waits it is
  //   UNAVAILABLE.
  absl::StatusOr<double> Update(const SignalReading& reading, base::SteadyTime now);

 private:
  // Of what needs two scrapes.
  absl::StatusOr<double> Grown(const SignalReading& reading, base::SteadyTime now);
  absl::StatusOr<double> MeanWait(const std::vector<Growths>& growths, const PartReading& waiting,
                                  base::SteadyTime now);
  // Since when it has been so that in a queue somebody waits and nobody is answered.
  // False: there is no room to remember it.
  bool FollowStandstill(const Growths& answered, const PartReading& waiting, base::SteadyTime now);
  // Of each counter, since the scrape before; `comparable`: whether there is one to
  // compare with. Empty: there is no room.
  std::vector<Growths> Grow(const SignalReading& reading, base::SteadyTime now, bool& comparable);
  absl::Status NoRoom();

  const Signal& signal_;
  // Of each counter.
  std::deque<CounterGrowth> counters_;
  std::vector<std::string> series_;  // the selector that counted
  std::optional<base::SteadyTime> scraped_;
  RecentGrowth recent_;  // of a rate

  std::map<SeriesKey, base::SteadyTime> standstill_since_;  // by queue
  SeriesRoom::Share standstill_share_;
  double unanswered_wait_ = 0;  // counted before the request that it belongs to
  double last_mean_ = 0;
};

}  // namespace gpuscaler::engines
