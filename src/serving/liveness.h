// Whether the process should be restarted: its own loops make progress and no
// call hangs. Old data alone is no reason, a restart does not bring a GPU back.
#pragma once

#include <array>
#include <optional>

#include "absl/status/status.h"
#include "base/time.h"
#include "catalog/metrics.h"

namespace gpuscaler::serving {

struct LivenessFacts {
  // By catalog::Lane: a read has been under way since then.
  std::array<std::optional<base::SteadyTime>, catalog::kLaneCount> lane_busy_since;
  absl::Status source_fatal;  // sources::Source::fatal()
  absl::Status self_check;    // SelfCheck::status()
};

// A read that takes longer hangs: reading every PCIe window of 16 GPUs takes
// well under one second.
inline constexpr base::Duration kReadHangsAfter = std::chrono::seconds(30);

// UNAVAILABLE: restart it, and why.
absl::Status Alive(const LivenessFacts& facts, base::SteadyTime now);

}  // namespace gpuscaler::serving
