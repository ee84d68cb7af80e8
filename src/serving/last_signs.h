// When activation signals last exceeded their thresholds, and for whom that still counts.
// Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

// By trigger: workloads that share a router's signal have replicas of their own. Each of
// the triggers below has an activation.
class LastSigns {
 public:
  // Above either the longest unasked is forgotten.
  static constexpr size_t kMost = 8192;
  static constexpr size_t kMostBytes = size_t{16} << 20;
  // So long after KEDA's last question a trigger is followed.
  static constexpr base::Duration kFollow = std::chrono::minutes(2);

  // KEDA asks of `trigger`. `sign`: its signal exceeds its threshold at `now`. Answers when
  // it last did, unless that sign was met.
  std::optional<base::SteadyTime> Look(const scaling::Trigger& trigger, bool sign,
                                       base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same between its questions: of a trigger that nobody asked for nothing is kept.
  std::optional<base::SteadyTime> See(const scaling::Trigger& trigger, bool sign,
                                      base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, and nothing is kept of it.
  std::optional<base::SteadyTime> Peek(const scaling::Trigger& trigger, bool sign,
                                       base::SteadyTime now) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Its replicas stand ready, and nothing waits or works: the signs until now were for them,
  // and await no others when they are gone.
  void Meet(const scaling::Trigger& trigger) ABSL_LOCKS_EXCLUDED(mutex_);

  // Between two questions: shows `see` those that are followed, as KEDA last asked of them,
  // in turns, until `enough`, which is asked after each. False: there are more. The thread of
  // Look only.
  bool Follow(
      const std::function<void(const scaling::Trigger&)>& see, base::SteadyTime now,
      const std::function<bool()>& enough = [] { return false; }) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Known {
    std::shared_ptr<const scaling::Trigger> trigger;  // as it was asked of last
    base::SteadyTime asked_at;
    std::optional<base::SteadyTime> sign;  // that nobody has met
  };

  void ForgetUnasked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of `left` the next that is followed; nullptr: there is none.
  std::shared_ptr<const scaling::Trigger> TakeTurn(base::SteadyTime now, size_t& left)
      ABSL_LOCKS_EXCLUDED(mutex_);

  mutable base::Mutex mutex_;
  // By endpoint, signal, threshold, and whose replicas come.
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string turn_ ABSL_GUARDED_BY(mutex_);  // who had the last one
};

}  // namespace gpuscaler::serving
