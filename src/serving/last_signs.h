// When activation signals last exceeded their thresholds. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

class LastSigns {
 public:
  static constexpr size_t kMost = 8192;  // signals; above it the oldest sign is forgotten

  // `sign`: it exceeds its threshold at `now`. Answers when it last did.
  std::optional<base::SteadyTime> Look(const scaling::ActivationSignal& signal, bool sign,
                                       base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, and nothing is kept of it.
  std::optional<base::SteadyTime> Peek(const scaling::ActivationSignal& signal, bool sign,
                                       base::SteadyTime now) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable base::Mutex mutex_;
  // By endpoint, signal and threshold.
  std::map<std::string, base::SteadyTime> signs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::serving
