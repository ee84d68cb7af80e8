#include "serving/sign_follower.h"

#include "scaling/activation.h"

namespace gpuscaler::serving {

void SignFollower::Follow(base::SteadyTime now) {
  if (context_.engines == nullptr) return;
  if (followed_at_ && now - *followed_at_ < (finished_ ? kPeriod : kPause)) return;
  followed_at_ = now;
  const base::SteadyTime until = clock_() + kTurn;
  finished_ = context_.signs.Follow(
      [this, now](const scaling::ActivationSignal& signal) {
        const auto view = context_.engines->Read(signal.source, now);
        return ActivationExceeds(signal, &view, now, context_.limits).value_or(false);
      },
      now, [this, until] { return clock_() >= until; });
}

}  // namespace gpuscaler::serving
