#include "fleet/turned_away.h"

namespace gpuscaler::fleet {

void TurnedAway::Note(base::SteadyTime until) {
  base::SteadyTime before = until_.load(std::memory_order_relaxed);
  while (before < until && !until_.compare_exchange_weak(before, until)) {
  }
}

absl::Status TurnedAway::At(base::SteadyTime now) const {
  if (now > until_.load(std::memory_order_relaxed)) return absl::OkStatus();
  return absl::UnavailableError(
      "this gateway is full and turns nodes away, whose GPUs and pods it does not know: give it "
      "more of --max-nodes or --max-memory-mib, whichever its log names");
}

}  // namespace gpuscaler::fleet
