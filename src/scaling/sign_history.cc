#include "scaling/sign_history.h"

#include <utility>

namespace gpuscaler::scaling {

void SignHistory::Note(bool on, base::SteadyTime now) {
  const bool was_on = std::exchange(on_, on);
  if (!on) return;
  if (!was_on) answered_ = false;
  last_ = now;
}

void SignHistory::See(Standing standing, base::SteadyTime now) {
  if (!last_) return;
  if (standing == Standing::kNone || standing == Standing::kAtWork) answered_ = true;
  if (standing != Standing::kIdle || on_) return;
  if (answered_ || now - *last_ >= kStays) last_.reset();
}

}  // namespace gpuscaler::scaling
