#include "simulation/simulated_scaler.h"

#include <algorithm>
#include <utility>

#include "engines/signal/signal_view.h"

namespace gpuscaler::simulation {
namespace {

bool HasWindow(const SimulatedTrigger& each) {
  return each.trigger.window > base::Duration::zero();
}

bool IsFollowed(const SimulatedTrigger& each) {
  return HasWindow(each) || each.trigger.activation;
}

}  // namespace

SimulatedScaler::SimulatedScaler(const SimulatedObject& object,
                                 const scaling::EvaluationLimits& limits, base::SteadyTime start)
    : object_(object),
      limits_(limits),
      start_(start),
      fallbacks_(object.triggers.size(), FallbackModel(object.keda.fallback)),
      histories_(object.triggers.size()),
      signs_(object.triggers.size()),
      now_(start) {}

void SimulatedScaler::Begin(base::SteadyTime now, double waiting,
                            std::function<std::shared_ptr<const telemetry::View>()> show) {
  now_ = now;
  waiting_ = waiting;
  show_ = std::move(show);
  evaluated_.clear();
  if (std::any_of(object_.triggers.begin(), object_.triggers.end(), IsFollowed)) Evaluations();
}

const std::vector<absl::StatusOr<scaling::Evaluation>>& SimulatedScaler::Evaluations() {
  if (!evaluated_.empty()) return evaluated_;
  const auto view = show_();
  for (size_t i = 0; i < object_.triggers.size(); ++i) {
    const scaling::Trigger& trigger = object_.triggers[i].trigger;
    evaluated_.push_back(Evaluated(trigger, view, signs_[i]));
    if (!evaluated_.back().ok() || !HasWindow(object_.triggers[i])) continue;
    scaling::Evaluation& evaluation = *evaluated_.back();
    histories_[i].Add(now_, evaluation.value);
    evaluation.value = histories_[i].Average(now_, trigger.window).value_or(evaluation.value);
  }
  return evaluated_;
}

absl::StatusOr<scaling::Evaluation> SimulatedScaler::Evaluated(
    const scaling::Trigger& trigger, const std::shared_ptr<const telemetry::View>& view,
    scaling::SignHistory& signs) const {
  if (!trigger.activation) return scaling::Evaluate(trigger, view, now_, limits_);
  signs.Note(waiting_ > trigger.activation->threshold, now_, trigger.warmup);
  engines::SignalView router;
  router.settled = true;
  router.once_resolved = true;
  router.addresses.push_back({"router", absl::OkStatus(), now_, waiting_});
  const absl::StatusOr<engines::SignalView> activation = std::move(router);
  scaling::Findings findings = scaling::EvaluateInFull(
      trigger, view, now_, limits_, {nullptr, &activation}, {signs.last(), std::nullopt});
  signs.See(StandingOf(findings), now_);
  if (!findings.value_status.ok()) return findings.value_status;
  if (!findings.active_status.ok()) return findings.active_status;
  return std::move(findings.evaluation);
}

std::vector<Answer> SimulatedScaler::Ask(int64_t count, int64_t serving) {
  std::vector<Answer> answers;
  const auto& evaluations = Evaluations();
  for (size_t i = 0; i < evaluations.size(); ++i) {
    const SimulatedTrigger& of = object_.triggers[i];
    Answer answer;
    if (evaluations[i].ok()) {
      fallbacks_[i].Succeeded();
      answer.value = evaluations[i]->value;
      answer.active = evaluations[i]->active;
    } else if (const auto value =
                   fallbacks_[i].Failed(of.type, of.trigger.target, count, serving)) {
      answer = {absl::OkStatus(), *value, true, true};
    } else {
      answer.status = evaluations[i].status();
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace gpuscaler::simulation
