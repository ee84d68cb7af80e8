// When activation signals last exceeded their thresholds. The gRPC loop's thread only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

class LastSigns {
 public:
  static constexpr size_t kMost = 8192;  // signals; above it the oldest sign is forgotten

  // `sign`: it exceeds its threshold at `now`. Answers when it last did.
  std::optional<base::SteadyTime> Look(const scaling::ActivationSignal& signal, bool sign,
                                       base::SteadyTime now);

 private:
  std::map<std::string, base::SteadyTime> signs_;  // by endpoint, signal and threshold
};

}  // namespace gpuscaler::serving
