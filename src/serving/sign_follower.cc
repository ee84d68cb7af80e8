#include "serving/sign_follower.h"

#include "scaling/activation.h"

namespace gpuscaler::serving {

void SignFollower::Follow(base::SteadyTime now) {
  if (context_.engines == nullptr) return;
  if (followed_at_ && now - *followed_at_ < (finished_ ? kPeriod : kPause)) return;
  followed_at_ = now;
  const base::SteadyTime until = clock_() + kTurn;
  finished_ = context_.signs.Follow(
      [this, now](const scaling::Trigger& trigger) { See(trigger, now); }, now,
      [this, until] { return clock_() >= until; });
}

// Few have an open sign at any time: only of those the rest is looked at.
void SignFollower::See(const scaling::Trigger& trigger, base::SteadyTime now) {
  const auto view = context_.engines->Read(trigger.activation->source, now);
  const bool sign =
      ActivationExceeds(*trigger.activation, &view, now, context_.limits).value_or(false);
  const std::optional<base::SteadyTime> last = context_.signs.See(trigger, sign, now);
  if (sign || !last || now - *last > trigger.warmup) return;
  FollowNewest(trigger, context_, now, ReadEngines(trigger, context_, now, false));
}

}  // namespace gpuscaler::serving
