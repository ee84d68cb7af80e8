// The histories of the triggers that ask for a `window`.
//
// A trigger's history begins when it is first asked for and ends when nobody
// has asked for ten minutes. Their number and memory are bounded: above the
// limits a new trigger is refused, rather than a living one's past thrown away
// and its window with it. The gRPC loop's thread only, but for Peek.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/time.h"
#include "scaling/trigger.h"
#include "scaling/value_history.h"

namespace gpuscaler::serving {

class ValueWindows {
 public:
  static constexpr size_t kMost = 8192;
  static constexpr size_t kMostBytes = size_t{64} << 20;
  static constexpr base::Duration kForgetAfter = std::chrono::minutes(10);
  // Where there is no room, those that nobody has asked for in this time go. HPA
  // asks every 15 s, KEDA every 30 s.
  static constexpr base::Duration kSpareAfter = std::chrono::minutes(2);

  // Takes `value`, just evaluated, into the history of `trigger`, which `key`
  // names, and answers the average over its window. RESOURCE_EXHAUSTED: there is
  // no room for another history.
  absl::StatusOr<double> Ask(const std::string& key, const scaling::Trigger& trigger, double value,
                             base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // What Ask would answer, and nothing is kept of it; empty: there is no such history.
  // Any thread.
  std::optional<double> Peek(const std::string& key, const scaling::Trigger& trigger, double value,
                             base::SteadyTime now) const ABSL_LOCKS_EXCLUDED(mutex_);

  using Evaluate = std::function<absl::StatusOr<double>(const scaling::Trigger&)>;
  // Takes known triggers' values into their histories, of those that have had no turn in the
  // second of `now`, until `enough`, which is asked after each. False: there are more.
  bool Record(
      const Evaluate& evaluate, base::SteadyTime now,
      const std::function<bool()>& enough = [] { return false; }) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Window {
    std::string key;
    scaling::Trigger trigger;
    scaling::ValueHistory history;
    base::SteadyTime asked_at;
    base::SteadyTime turn_at;  // it last took a value then, or found that there is none
    size_t bytes;
  };
  using List = std::list<Window>;

  bool MakeRoom(size_t bytes, base::SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetUnasked(base::Duration since, base::SteadyTime now, size_t most, size_t most_bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The next that has had no turn in the second of `now`, of `left`; nullptr: there is none.
  Window* TakeTurn(base::SteadyTime now, size_t& left) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable base::Mutex mutex_;
  // The one that was asked for longest ago first.
  List windows_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string_view, List::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  List::iterator next_ ABSL_GUARDED_BY(mutex_) = windows_.end();  // whose turn it is
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gpuscaler::serving
