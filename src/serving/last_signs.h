// The activation signals of the triggers that KEDA asks about: when they last exceeded their
// thresholds, and for whom that still counts. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "scaling/sign_history.h"
#include "scaling/trigger.h"
#include "serving/looker.h"

namespace gpuscaler::serving {

// By trigger: workloads that share a router's signal have replicas of their own. Each of
// the triggers below has an activation.
class LastSigns {
 public:
  // Above either the longest unasked is forgotten.
  static constexpr size_t kMost = 8192;
  static constexpr size_t kMostBytes = size_t{32} << 20;
  // So long after KEDA's last question a trigger is followed, longer while a sign of it is
  // open; and known.
  static constexpr base::Duration kFollow = std::chrono::minutes(2);
  static constexpr base::Duration kForgetAfter = std::chrono::minutes(15);
  // Endpoints are read every second, and where somebody waits every 100 ms.
  static constexpr base::Duration kLookEvery = std::chrono::milliseconds(200);

  // `sign`: its signal exceeds its threshold at `now`; empty: that is not known. Answers when
  // it last did, unless the replica that this asked for has come (scaling/sign_history.h).
  std::optional<base::SteadyTime> Note(const scaling::Trigger& trigger, std::optional<bool> sign,
                                       base::SteadyTime now, Looker looker)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What was found of its replicas at the time of the last Note.
  void See(const scaling::Trigger& trigger, scaling::Standing standing, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Between two questions: shows `look` those that are followed, as KEDA last asked of them,
  // each once in kLookEvery, in turns, until `enough`, which is asked after each. False: there
  // are more. The thread of KEDA's questions only.
  bool Follow(
      const std::function<void(const scaling::Trigger&)>& look, base::SteadyTime now,
      const std::function<bool()>& enough = [] { return false; }) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Known {
    std::shared_ptr<const scaling::Trigger> trigger;  // as it was asked of last
    base::SteadyTime asked_at;
    base::SteadyTime looked_at = {};  // between the questions
    size_t bytes = 0;                 // of it and its key
    scaling::SignHistory history;

    bool IsFollowed(base::SteadyTime now) const;
  };
  using Map = std::map<std::string, Known>;

  Map::iterator Forget(Map::iterator known) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps to the limits.
  void ForgetLongestUnasked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many are left.
  size_t ForgetUnasked(base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Of `left` the next that is followed; nullptr: there is none.
  std::shared_ptr<const scaling::Trigger> TakeTurn(base::SteadyTime now, size_t& left)
      ABSL_LOCKS_EXCLUDED(mutex_);

  mutable base::Mutex mutex_;
  // By what tells a sign from another, whose replicas come for it, and what idle means.
  Map known_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string turn_ ABSL_GUARDED_BY(mutex_);  // who had the last one
};

}  // namespace gpuscaler::serving
