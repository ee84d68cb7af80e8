#include "cli/object_step.h"

#include <algorithm>
#include <chrono>

#include "base/strings.h"
#include "manifests/hpa_limits.h"
#include "scaling/hpa_step.h"
#include "scaling/number.h"
#include "simulation/simulated_object.h"

namespace gpuscaler::cli {
namespace {

using decision::v1::Decision;

constexpr base::SteadyTime kNow = {};

scaling::HpaSettings SettingsOf(const manifests::ScaledObject& object) {
  return {manifests::HpaLimitsOf(object), manifests::HpaTolerancesOf(object)};
}

std::optional<int64_t> CurrentOf(std::span<const Decision> decisions) {
  std::optional<int64_t> most;
  for (const Decision& decision : decisions) {
    const decision::v1::Hpa& hpa = decision.explanation().hpa();
    if (!hpa.has_current_replicas()) continue;
    most = std::max(most.value_or(0), int64_t{hpa.current_replicas()});
  }
  return most;
}

// After the cooldown.
int64_t AfterKeda(const simulation::KedaSettings& settings, bool active, bool error,
                  int64_t current) {
  const base::Duration cooldowns = settings.cooldown + settings.initial_cooldown;
  simulation::KedaModel keda(settings, kNow - cooldowns - std::chrono::seconds(1));
  return keda.Request(kNow, active, error, current);
}

// `falls_back`: on errors a fallback acts, also at 0.
std::string KedaText(const simulation::KedaSettings& settings, bool active, bool error,
                     bool falls_back, int64_t current) {
  const int64_t after = AfterKeda(settings, active, error, current);
  if (after > current) {
    return base::StrCat("KEDA: ", current, " -> ", after, " at once",
                        active ? ", for a trigger is active" : ", which is minReplicaCount");
  }
  if (after < current) {
    return base::StrCat("KEDA: no trigger is active: to ", after, " once none was for ",
                        scaling::NumberText(base::ToSeconds(settings.cooldown)),
                        " s (cooldownPeriod)");
  }
  if (!settings.Polls()) return "";
  if (active) return "KEDA: a trigger is active; only when none is does it go below HPA's minimum";
  if (error && current == 0) {
    return falls_back ? "" : "KEDA: a trigger has an error, which starts nothing: it stays at 0";
  }
  if (error) return "KEDA: a trigger has an error, which is not taken for inactive";
  return current == 0 ? "KEDA: no trigger is active: it stays at 0" : "";
}

scaling::HpaStep StepAlone(const manifests::ScaledObject& object,
                           const manifests::ScaledObjectTrigger& trigger, const Decision& decision,
                           std::optional<int64_t> current) {
  scaling::Trigger as_hpa;
  as_hpa.target = std::max(decision.target(), 0.001);
  as_hpa.hpa_metric_type = trigger.hpa_metric_type;
  return NextStep(as_hpa, std::max(decision.value(), 0.0), decision.active(), current,
                  SettingsOf(object));
}

void Tell(const scaling::HpaStep& step, std::optional<int64_t> current, Decision& decision) {
  decision::v1::Hpa& hpa = *decision.mutable_explanation()->mutable_hpa();
  hpa.Clear();
  if (current) hpa.set_current_replicas(static_cast<uint32_t>(*current));
  if (step.desired) hpa.set_desired_replicas(static_cast<uint32_t>(*step.desired));
  if (step.next) hpa.set_next_replicas(static_cast<uint32_t>(*step.next));
  hpa.set_within_tolerance(step.within_tolerance);
  hpa.set_text(step.text);
}

std::string FallbackText(const manifests::Fallback& fallback) {
  return base::StrCat("KEDA: after ", fallback.failure_threshold,
                      " failures in a row its fallback (", fallback.behavior, ", ",
                      fallback.replicas, " replicas)");
}

struct Wishes {
  std::vector<std::optional<int64_t>> replicas;
  bool active = false;
  bool error = false;  // of the value, or of what is active: KEDA asks for both
};

Wishes TellEach(const manifests::ScaledObject& object, std::span<Decision> decisions,
                std::optional<int64_t> current) {
  Wishes wishes;
  for (size_t i = 0; i < decisions.size(); ++i) {
    Decision& decision = decisions[i];
    wishes.error |= decision.has_error() || decision.has_active_error();
    wishes.active |= decision.active();
    wishes.replicas.emplace_back();
    if (!decision.has_value()) continue;
    const scaling::HpaStep step = StepAlone(object, object.triggers[i], decision, current);
    Tell(step, current, decision);
    wishes.replicas.back() = step.desired;
  }
  return wishes;
}

// Where several metrics are one object's.
std::string Together(const manifests::ScaledObject& object, const scaling::HpaOutcome& outcome,
                     std::optional<int64_t> wish) {
  const size_t triggers = object.triggers.size() + object.other_triggers.size();
  std::string text = base::StrCat("HPA, of ", triggers, " triggers: ");
  base::StrAppend(&text, wish ? base::StrCat("the largest wish is ", *wish, "; ", outcome.text)
                              : std::string("it does not go down while one has no value"));
  for (const std::string& type : object.other_triggers) {
    base::StrAppend(&text, "; the one of type ", type, " may want more");
  }
  return text;
}

// The step of HPA, which is asleep at 0.
void AddHpa(const manifests::ScaledObject& object, const Wishes& wishes, int64_t current,
            ObjectStep& step) {
  const auto wish = scaling::LargestWish(wishes.replicas, current);
  const scaling::HpaOutcome outcome =
      OutcomeOf(wish.value_or(current), current, SettingsOf(object));
  step.next = outcome.next;
  if (object.triggers.size() + object.other_triggers.size() > 1) {
    step.lines.push_back(Together(object, outcome, wish));
  }
}

}  // namespace

ObjectStep StepOf(const manifests::ScaledObject& object, std::span<Decision> decisions) {
  ObjectStep step;
  const std::optional<int64_t> current = CurrentOf(decisions);
  const Wishes wishes = TellEach(object, decisions, current);
  if (object.has_scaling_modifiers) {
    step.lines = {"a formula (scalingModifiers) makes HPA's number of these values"};
    return step;
  }
  if (!current) return step;
  const simulation::KedaSettings keda = simulation::KedaSettingsOf(object);
  if (*current == 0) {
    step.next = AfterKeda(keda, wishes.active, wishes.error, *current);
  } else {
    AddHpa(object, wishes, *current, step);
  }
  step.lines.push_back(base::StrCat("next: ", *current, " -> ", *step.next));
  std::string of_keda =
      KedaText(keda, wishes.active, wishes.error, object.fallback.has_value(), *current);
  if (!of_keda.empty()) step.lines.push_back(std::move(of_keda));
  if (wishes.error && object.fallback) step.lines.push_back(FallbackText(*object.fallback));
  for (Decision& decision : decisions) {
    decision.mutable_explanation()->mutable_hpa()->set_next_replicas_of_object(
        static_cast<uint32_t>(*step.next));
  }
  return step;
}

}  // namespace gpuscaler::cli
