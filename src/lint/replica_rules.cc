// Counts of replicas, and what becomes of them on errors.
#include <algorithm>
#include <map>

#include "base/json_quote.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

void NoMaximum(const CheckedObject& object, Findings& findings) {
  if (object.triggers.empty() || object.object->places.Has("spec.maxReplicaCount")) return;
  findings.Add(
      object.LineOf("spec"),
      "maxReplicaCount is not given, which means 100 replicas, each with its GPUs; give it");
}

// Kinds whose status tells the ready replicas, by which KEDA divides.
constexpr std::string_view kTellReady[] = {"Deployment", "StatefulSet", "ReplicaSet", "Rollout"};

bool TellsReady(std::string_view kind) {
  return std::find(std::begin(kTellReady), std::end(kTellReady), kind) != std::end(kTellReady);
}

const CheckedTrigger* FirstUnderValue(const CheckedObject& object) {
  for (const CheckedTrigger& trigger : object.triggers) {
    if (!trigger.is_average()) return &trigger;
  }
  return nullptr;
}

void FallbackUnderValue(const CheckedObject& object, Findings& findings) {
  if (!object.object->fallback || FirstUnderValue(object) == nullptr) return;
  if (!TellsReady(object.object->target.kind)) return;
  findings.Add(
      object.LineOf("spec.fallback"),
      "fallback with metricType Value needs KEDA 2.18 or newer; an older one does not fall "
      "back");
}

void FallbackOfKind(const CheckedObject& object, Findings& findings) {
  if (!object.object->fallback || FirstUnderValue(object) == nullptr) return;
  const std::string& kind = object.object->target.kind;
  if (TellsReady(kind)) return;
  findings.Add(object.LineOf("spec.fallback"),
               "fallback with metricType Value divides by the target's "
               "status.readyReplicas, which a ",
               kind, " may not have; use AverageValue, or leave fallback out");
}

void FallbackBounds(const CheckedObject& object, Findings& findings) {
  const auto& fallback = object.object->fallback;
  if (object.triggers.empty() || !fallback || fallback->replicas <= object.object->max_replicas)
    return;
  findings.Add(object.LineOf("spec.fallback.replicas"), "fallback.replicas is ", fallback->replicas,
               ", above maxReplicaCount ", object.object->max_replicas, ", at which HPA stops");
}

void SameMetricName(const CheckedObject& object, Findings& findings) {
  std::map<std::string_view, int> seen;
  for (const CheckedTrigger& trigger : object.triggers) {
    if (!trigger.read) continue;
    static constexpr std::string_view kKeys[] = {"metricName", "profile"};
    const int line = trigger.LineOfFirst(kKeys);
    const auto [first, is_new] = seen.emplace(trigger.read->metric_name, line);
    if (is_new) continue;
    findings.Add(
        line, "the metric is called ", trigger.read->metric_name, " as the one of line ",
        first->second,
        " is: KEDA tells them apart by a prefix (s0-, s1-), dashboards and logs do not; give "
        "each its metricName");
  }
}

constexpr RuleRow kRows[] = {
    {"no-maximum", Severity::kInfo, "No maxReplicaCount",
     "KEDA's default is 100 replicas. A signal that is wrong then asks for 100 replicas of GPUs.",
     "Give `maxReplicaCount`.", NoMaximum},
    {"fallback-under-value", Severity::kInfo, "A fallback that older versions of KEDA do not have",
     "For triggers of type Value KEDA falls back since 2.18. Older ones need a trigger of type "
     "AverageValue, or refuse the ScaledObject.",
     "Use KEDA 2.18, or AverageValue.", FallbackUnderValue, nullptr, kOfHpaArithmetic},
    {"fallback-of-kind", Severity::kWarning,
     "A fallback under Value for a target without ready replicas",
     "Under Value KEDA computes the number that makes HPA ask for fallback.replicas from the "
     "target's status.readyReplicas. Custom resources mostly have none: there is no fallback then.",
     "Use `metricType: AverageValue`, or leave `fallback` out.", FallbackOfKind, nullptr,
     kOfHpaArithmetic},
    {"fallback-above-maximum", Severity::kWarning, "A fallback above maxReplicaCount",
     "HPA never goes above maxReplicaCount.",
     "Give `fallback.replicas` of at most maxReplicaCount.", FallbackBounds},
    {"same-metric-name", Severity::kInfo, "Two triggers whose metrics have one name",
     "HPA's metrics are prefixed by KEDA and do differ. The scaler's own series, its log and the "
     "page show the name alone.",
     "Give each trigger a `metricName`.", SameMetricName},
};

}  // namespace

std::span<const RuleRow> ReplicaRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
