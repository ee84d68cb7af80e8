#include "scaling/sign_history.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::scaling {

void SignHistory::Note(std::optional<bool> on, base::SteadyTime now, base::Duration warmup) {
  if (!on) return;
  const bool was_on = std::exchange(on_, *on);
  if (!*on) return;
  if (!was_on) worked_ = false;
  // While a sign is open the replica that comes is for the next one too.
  if (!last_ || (!was_on && now - *last_ > warmup)) {
    came_ = worked_ = false;
    idle_since_.reset();
  }
  last_ = now;
}

void SignHistory::See(Standing standing, base::SteadyTime now) {
  if (!last_) return;
  if (standing == Standing::kUnknown) {
    if (!unknown_since_) unknown_since_ = now;
    return;
  }
  const auto gap = std::exchange(unknown_since_, std::nullopt);
  if (gap && now - *gap > kUnseen) idle_since_.reset();
  switch (standing) {
    case Standing::kUnknown:
      return;  // above
    case Standing::kNone:
    case Standing::kLoading:
      came_ = true;
      return idle_since_.reset();
    case Standing::kAtWork:
      came_ = false;
      worked_ = true;
      return idle_since_.reset();
    case Standing::kIdle:
      break;
  }
  if (!idle_since_) idle_since_ = now;
  const base::Duration idle = now - std::max(*idle_since_, *last_);
  if (!on_ && (came_ || idle >= (worked_ ? kRests : kStays))) last_.reset();
}

}  // namespace gpuscaler::scaling
