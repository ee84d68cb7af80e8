#include "serving/window_recorder.h"

#include "scaling/value_history.h"

namespace gpuscaler::serving {

void WindowRecorder::Record(base::SteadyTime now) {
  if (!IsDue(now) || !context_.role.is_complete(now).ok()) return;
  recorded_at_ = now;
  const base::SteadyTime until = clock_() + kTurn;
  finished_ = context_.windows.Record(
      [this, now](const scaling::Trigger& trigger) -> absl::StatusOr<double> {
        const scaling::Findings findings = FindNewest(
            trigger, context_, now, ReadEngines(trigger, context_, now, false), Looker::kFollower);
        if (!findings.value_status.ok()) return findings.value_status;
        return findings.evaluation.value;
      },
      now, [this, until] { return clock_() >= until; });
}

bool WindowRecorder::IsDue(base::SteadyTime now) const {
  if (!recorded_at_) return true;
  return finished_ ? scaling::SecondOf(now) != scaling::SecondOf(*recorded_at_)
                   : now - *recorded_at_ >= kPause;
}

}  // namespace gpuscaler::serving
