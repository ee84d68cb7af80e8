// When activation signals last exceeded their thresholds. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

class LastSigns {
 public:
  // Signals, and triggers that met theirs; above it the longest unasked is forgotten.
  static constexpr size_t kMost = 8192;
  // So long after KEDA's last question a signal is followed.
  static constexpr base::Duration kFollow = std::chrono::minutes(2);

  // KEDA asks. `sign`: it exceeds its threshold at `now`. Answers when it last did.
  std::optional<base::SteadyTime> Look(const scaling::ActivationSignal& signal, bool sign,
                                       base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, and nothing is kept of it.
  std::optional<base::SteadyTime> Peek(const scaling::ActivationSignal& signal, bool sign,
                                       base::SteadyTime now) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The trigger's replicas stand ready and nothing waits or works: the signs until `now`
  // were for them, and await no others when they are gone. `trigger` has an activation.
  void Meet(const scaling::Trigger& trigger, base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the trigger's replicas have met a sign of that time.
  bool IsMet(const scaling::Trigger& trigger, base::SteadyTime sign) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  using Exceeds = std::function<bool(const scaling::ActivationSignal&)>;
  // Between two questions: asks `exceeds` of those that are followed, in turns, until
  // `enough`, which is asked after each. False: there are more. The thread of Look only.
  bool Follow(
      const Exceeds& exceeds, base::SteadyTime now,
      const std::function<bool()>& enough = [] { return false; }) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Known {
    scaling::ActivationSignal signal;
    base::SteadyTime asked_at;
    std::optional<base::SteadyTime> sign;
  };

  // Of `left` the next that is followed; empty: there is none.
  std::optional<scaling::ActivationSignal> TakeTurn(base::SteadyTime now, size_t& left)
      ABSL_LOCKS_EXCLUDED(mutex_);

  mutable base::Mutex mutex_;
  // By endpoint, signal and threshold.
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  std::string turn_ ABSL_GUARDED_BY(mutex_);  // who had the last one
  // By signal and whose replicas met it: workloads may share a signal.
  std::map<std::string, base::SteadyTime> met_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::serving
