#include "fleet/turned_away.h"

namespace gpuscaler::fleet {

absl::Status TurnedAway::Lately(base::SteadyTime now) const {
  const base::SteadyTime at = at_.load(std::memory_order_relaxed);
  if (at == base::SteadyTime::min() || now - at > kLasts) return absl::OkStatus();
  return absl::UnavailableError(
      "this gateway is full and turns nodes away, whose GPUs and pods it does not know: give it "
      "more of --max-nodes or --max-memory-mib, whichever its log names");
}

}  // namespace gpuscaler::fleet
