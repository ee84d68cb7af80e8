#include "manifests/hpa_limits.h"

#include <algorithm>
#include <chrono>

namespace gpuscaler::manifests {
namespace {

scaling::ScalingRules Rules(const std::optional<ScalingRules>& given, scaling::ScalingRules rules) {
  if (!given) return rules;
  if (given->stabilization_window_seconds) {
    rules.stabilization = std::chrono::seconds(*given->stabilization_window_seconds);
  }
  if (given->select_policy) rules.select = *given->select_policy;
  if (given->policies.empty()) return rules;
  rules.policies.clear();
  for (const ScalingPolicy& policy : given->policies) {
    rules.policies.push_back(
        {policy.type, policy.value, std::chrono::seconds(policy.period_seconds)});
  }
  return rules;
}

double Tolerance(const std::optional<ScalingRules>& rules) {
  return rules ? rules->tolerance.value_or(scaling::kHpaTolerance) : scaling::kHpaTolerance;
}

}  // namespace

scaling::HpaLimits HpaLimitsOf(const ScaledObject& object) {
  scaling::HpaLimits limits;
  limits.min_replicas = std::max<int64_t>(object.min_replicas, 1);  // the HPA's own is never 0
  limits.max_replicas = object.max_replicas;
  const HpaBehavior& behavior = object.behavior;
  // An HPA without any goes by other rules than one with the defaults.
  if (behavior.scale_up || behavior.scale_down) {
    limits.behavior =
        scaling::HpaBehavior{Rules(behavior.scale_up, scaling::DefaultScaleUpRules()),
                             Rules(behavior.scale_down, scaling::DefaultScaleDownRules())};
  }
  return limits;
}

scaling::HpaTolerances HpaTolerancesOf(const ScaledObject& object) {
  return {Tolerance(object.behavior.scale_up), Tolerance(object.behavior.scale_down)};
}

}  // namespace gpuscaler::manifests
