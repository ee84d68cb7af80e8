#include "scaling/sign_history.h"

#include <algorithm>

namespace gpuscaler::scaling {

void SignHistory::Note(bool on, base::SteadyTime now, base::Duration warmup) {
  on_ = on;
  if (!on) return;
  // While a sign is open the replica that comes is for the next one too.
  if (!last_ || now - *last_ > warmup) {
    came_ = worked_ = false;
    idle_since_.reset();
  }
  last_ = now;
}

void SignHistory::See(Standing standing, base::SteadyTime now) {
  if (!last_) return;
  came_ = came_ || standing == Standing::kNone || standing == Standing::kLoading;
  worked_ = worked_ || standing == Standing::kAtWork;
  if (standing != Standing::kIdle) return idle_since_.reset();
  if (!idle_since_) idle_since_ = now;
  const base::Duration idle = now - std::max(*idle_since_, *last_);
  if (!on_ && (came_ || idle >= (worked_ ? kRests : kStays))) last_.reset();
}

}  // namespace gpuscaler::scaling
