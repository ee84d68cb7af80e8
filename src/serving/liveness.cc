#include "serving/liveness.h"

#include "base/strings.h"

namespace gpuscaler::serving {

absl::Status Alive(const LivenessFacts& facts, base::SteadyTime now) {
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    const auto& since = facts.lane_busy_since[i];
    if (since && now - *since > kReadHangsAfter) {
      return absl::UnavailableError(
          base::StrCat("a read of the ", catalog::LaneName(static_cast<catalog::Lane>(i)),
                       " lane hangs in the driver for ", base::FormatSeconds(now - *since)));
    }
  }
  if (!facts.source_fatal.ok()) return facts.source_fatal;
  return facts.self_check;
}

}  // namespace gpuscaler::serving
