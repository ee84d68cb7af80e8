// Since when workloads have had replicas and none at work. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "scaling/replica.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

// A replica that crashes and comes again under a new name is young each time, and would be
// warming for ever. What tells it is the workload's past, which no single view holds.
class IdleSpells {
 public:
  static constexpr size_t kMost = 8192;  // workloads; above it the longest unseen is forgotten

  // Empty: one has worked since, or none of it is known. `trigger` has a workload.
  std::optional<base::SteadyTime> Since(const scaling::Trigger& trigger, base::SteadyTime now) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What an evaluation at `now` found. Without any replica, but for missing ones, for longer
  // than the warm-up a spell is over: the next replica is a new beginning.
  void Note(const scaling::Trigger& trigger, const scaling::WorkloadParts& parts,
            base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Spell {
    base::SteadyTime began;
    base::SteadyTime seen;  // replicas, none at work
  };
  mutable base::Mutex mutex_;
  // By workload and what a trigger takes for warm.
  std::map<std::string, Spell> spells_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::serving
