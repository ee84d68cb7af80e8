#include "fleet/warm_up.h"

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::fleet {

void WarmUp::Joined(base::SteadyTime now) {
  if (now < ends_at()) joined_at_.store(now, std::memory_order_relaxed);
}

base::SteadyTime WarmUp::ends_at() const {
  return std::min(joined_at_.load(std::memory_order_relaxed) + kQuiet, started_ + kLongest);
}

absl::Status WarmUp::Over(base::SteadyTime now) const {
  if (now >= ends_at()) return absl::OkStatus();
  return absl::UnavailableError(base::StrCat(
      "the gateway started ", base::FormatSeconds(now - started_),
      " ago and waits until no further node joins: what it does not know yet is not zero"));
}

}  // namespace gpuscaler::fleet
