#include "serving/sign_follower.h"

#include "scaling/activation.h"

namespace gpuscaler::serving {

void SignFollower::Follow(base::SteadyTime now) {
  if (context_.engines == nullptr) return;
  if (followed_at_ && now - *followed_at_ < (finished_ ? LastSigns::kLookEvery : kPause)) return;
  followed_at_ = now;
  const base::SteadyTime until = clock_() + kTurn;
  finished_ =
      context_.signs.Follow([this, now](const scaling::Trigger& trigger) { Look(trigger, now); },
                            now, [this, until] { return clock_() >= until; });
}

// Most have no open sign at any time: of these no more is looked at.
void SignFollower::Look(const scaling::Trigger& trigger, base::SteadyTime now) {
  const auto view = context_.engines->Read(trigger.activation->source, now);
  const absl::StatusOr<bool> sign =
      ActivationExceeds(*trigger.activation, &view, now, context_.limits);
  const std::optional<base::SteadyTime> last = context_.signs.Note(
      trigger, sign.ok() ? std::optional(*sign) : std::nullopt, now, Looker::kFollower);
  if (!last || now - *last > trigger.warmup || (!trigger.workload && !trigger.engine)) return;
  FindNewest(trigger, context_, now, ReadEngines(trigger, context_, now, false), Looker::kFollower);
}

}  // namespace gpuscaler::serving
