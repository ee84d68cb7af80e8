// The value of a signal at one address, from scrape to scrape: what is read from
// counters needs two of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/exposition/counter_growth.h"
#include "engines/exposition/signal.h"
#include "engines/exposition/signal_reading.h"

namespace gpuscaler::engines {

// One for each signal and address; an address that is another process's now
// needs a new one. Not thread-safe.
class SignalTracker {
 public:
  // Two scrapes further apart than this tell nothing of now.
  static constexpr base::Duration kLongestGap = std::chrono::minutes(5);

  // `signal` must outlive the tracker.
  explicit SignalTracker(const Signal& signal) : signal_(signal) {}

  // The value, in the unit of the signal's quantity. `now` is when the exposition
  // was read; a scrape that failed is not told. What is absent, or no number that
  // can be used, is the reading's own error, UNAVAILABLE what the next scrape will
  // tell, FAILED_PRECONDITION what is larger than any number. Finite.
  //
  // A rate is growth over the time between the scrapes; without growth it is 0.
  // A series that was absent and is there now has grown from 0.
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
  using Growths = std::map<std::string, Growth, std::less<>>;

  // Of what needs two scrapes.
  absl::StatusOr<double> Grown(const SignalReading& reading, base::SteadyTime now);
  double Rate() const;
  absl::StatusOr<double> MeanWait(const PartReading& waiting, base::SteadyTime now);
  // Since when it has been so that in a queue somebody waits and nobody is answered.
  void FollowStandstill(const PartReading& waiting, base::SteadyTime now);
  bool Grow(const SignalReading& reading, base::SteadyTime now);

  const Signal& signal_;
  std::vector<std::string> series_;  // of each counter: the selector that counted
  std::vector<CounterGrowth> counters_;
  std::vector<Growths> growths_;  // of each counter, since the scrape before
  std::optional<base::SteadyTime> scraped_;
  base::Duration elapsed_{0};  // between the two newest scrapes; 0: there is but one

  std::map<std::string, base::SteadyTime, std::less<>> standstill_since_;  // by queue
  double unanswered_wait_ = 0;  // counted before the request that it belongs to
  double last_mean_ = 0;
};

}  // namespace gpuscaler::engines
