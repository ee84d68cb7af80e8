#include "scaling/hpa_step.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "scaling/hpa.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

std::string Ratio(const Trigger& trigger, double value) {
  return base::StrCat(NumberText(value), " / ", NumberText(trigger.target));
}

// "within 10% of 1".
std::string Within(const HpaTolerances& tolerances, std::string_view of) {
  const std::string down = NumberText(tolerances.down * 100);
  const std::string up = NumberText(tolerances.up * 100);
  if (down == up) return base::StrCat("within ", up, "% of ", of);
  return base::StrCat("within ", down, "% below and ", up, "% above ", of);
}

// Without a word of what runs.
HpaStep OfUnknown(const Trigger& trigger, double value, const HpaSettings& settings) {
  HpaStep step;
  if (trigger.hpa_metric_type == HpaMetricType::kValue) {
    step.text =
        base::StrCat("Value: ready replicas x ", Ratio(trigger, value),
                     ", rounded up, unless the ratio is ", Within(settings.tolerances, "1"));
    return step;
  }
  step.desired = DesiredReplicas(trigger.hpa_metric_type, value, trigger.target, 0, 0);
  step.text = base::StrCat("AverageValue: ceil(", Ratio(trigger, value), ") = ", *step.desired,
                           ", unless that is ", Within(settings.tolerances, "what runs"));
  return step;
}

HpaStep OfNone(const Trigger& trigger, double value, bool active, const HpaSettings& settings) {
  HpaStep step;
  step.desired = DesiredReplicas(trigger.hpa_metric_type, value, trigger.target, 0, 0);
  step.next = active ? settings.limits.min_replicas : 0;
  step.text = active ? base::StrCat("nothing runs, and HPA is asleep: KEDA starts ", *step.next,
                                    ", for it is active")
                     : "nothing runs, and HPA is asleep until KEDA sees it active";
  return step;
}

std::string When(std::string_view nothing, base::Duration window) {
  if (window == base::Duration::zero()) return "at the next look";
  return base::StrCat("once nothing ", nothing, " was wanted for ",
                      NumberText(base::ToSeconds(window)), " s");
}

// At one look, if nothing else was wanted within the stabilization windows.
int64_t Unhindered(int64_t desired, int64_t current, HpaLimits limits) {
  limits.downscale_stabilization = {};
  if (limits.behavior) limits.behavior->up.stabilization = limits.behavior->down.stabilization = {};
  HpaModel model(std::move(limits));
  constexpr base::SteadyTime kStart = {};
  // What runs counts as wanted at the first look, and is past at the second.
  model.Sync(kStart, std::nullopt, current);
  return model.Sync(kStart + std::chrono::seconds(1), desired, current);
}

std::string Up(int64_t desired, int64_t current, int64_t next, const HpaLimits& limits) {
  if (next == current) {
    return current == limits.max_replicas
               ? base::StrCat(current, " run, which is maxReplicaCount")
               : base::StrCat("behavior.scaleUp allows none: ", current, " stay");
  }
  const auto& behavior = limits.behavior;
  const std::string when = When("lower", behavior ? behavior->up.stabilization : base::Duration());
  if (next == desired) return base::StrCat(current, " run: up ", when);
  const std::string why = behavior ? std::string("behavior.scaleUp allows,")
                                   : base::StrCat("max(2 x ", current, ", 4) =");
  const std::string most = next == limits.max_replicas
                               ? base::StrCat("no more than maxReplicaCount, ", next)
                               : base::StrCat("at one look no more than ", why, " ", next);
  const bool waits = behavior && behavior->up.stabilization > base::Duration::zero();
  return waits ? base::StrCat(most, ", ", when) : most;
}

std::string Down(int64_t desired, int64_t current, int64_t next, const HpaLimits& limits) {
  if (next == current) {
    return current == limits.min_replicas
               ? base::StrCat(current, " run, which is HPA's minimum")
               : base::StrCat("behavior.scaleDown allows none: ", current, " stay");
  }
  const auto& behavior = limits.behavior;
  const std::string when =
      When("higher", behavior ? behavior->down.stabilization : limits.downscale_stabilization);
  if (next == desired) return base::StrCat(current, " run: down ", when);
  if (next == limits.min_replicas) {
    return base::StrCat(current, " run: down to ", next, ", HPA's minimum, ", when);
  }
  const std::string least =
      base::StrCat("at one look no less than behavior.scaleDown allows, ", next);
  return behavior->down.stabilization > base::Duration::zero() ? base::StrCat(least, ", ", when)
                                                               : least;
}

}  // namespace

HpaOutcome OutcomeOf(int64_t desired, int64_t current, const HpaSettings& settings) {
  const HpaLimits& limits = settings.limits;
  const int64_t next = Unhindered(desired, current, limits);
  if (current > limits.max_replicas) {
    return {next, base::StrCat(current, " run, above maxReplicaCount: ", next, " at once")};
  }
  if (current < limits.min_replicas) {
    return {next, base::StrCat(current, " run, below minReplicaCount: ", next, " at once")};
  }
  if (desired > current) return {next, Up(desired, current, next, limits)};
  if (desired < current) return {next, Down(desired, current, next, limits)};
  return {next, base::StrCat(current, " run: no change")};
}

HpaStep NextStep(const Trigger& trigger, double value, bool active, std::optional<int64_t> current,
                 const HpaSettings& settings) {
  if (!current) return OfUnknown(trigger, value, settings);
  if (*current == 0) return OfNone(trigger, value, active, settings);
  const HpaMetricType type = trigger.hpa_metric_type;
  HpaStep step;
  step.desired =
      DesiredReplicas(type, value, trigger.target, *current, *current, settings.tolerances);
  step.within_tolerance =
      IsWithinTolerance(type, value, trigger.target, *current, settings.tolerances);
  const HpaOutcome outcome = OutcomeOf(*step.desired, *current, settings);
  step.next = outcome.next;
  const std::string arithmetic =
      type == HpaMetricType::kAverageValue
          ? base::StrCat("AverageValue: ceil(", Ratio(trigger, value), ")")
          : base::StrCat("Value: ceil(", *current, " x ", Ratio(trigger, value), ")");
  step.text =
      step.within_tolerance
          ? base::StrCat(arithmetic, ", but the ratio is ", Within(settings.tolerances, "1"),
                         step.next == current ? base::StrCat(": ", *current, " stay")
                                              : base::StrCat("; ", outcome.text))
          : base::StrCat(arithmetic, " = ", *step.desired, "; ", outcome.text);
  return step;
}

}  // namespace gpuscaler::scaling
