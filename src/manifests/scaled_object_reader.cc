#include "manifests/scaled_object_reader.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "manifests/hpa_behavior_reader.h"
#include "manifests/map_reader.h"
#include "manifests/object_head.h"
#include "manifests/trigger_reader.h"

namespace gpuscaler::manifests {
namespace {

// KEDA 2.21's API (apis/keda/v1alpha1).
constexpr std::string_view kSpecFields[] = {
    "scaleTargetRef",   "pollingInterval", "initialCooldownPeriod", "cooldownPeriod",
    "idleReplicaCount", "minReplicaCount", "maxReplicaCount",       "advanced",
    "triggers",         "fallback"};
constexpr std::string_view kTargetFields[] = {"apiVersion", "kind", "name",
                                              "envSourceContainerName"};
constexpr std::string_view kAdvancedFields[] = {
    "horizontalPodAutoscalerConfig", "restoreToOriginalReplicaCount", "scalingModifiers"};
constexpr std::string_view kHpaConfigFields[] = {"behavior", "name"};
constexpr std::string_view kModifierFields[] = {"formula", "target", "activationTarget",
                                                "metricType"};
constexpr std::string_view kModifierMetricTypes[] = {"AverageValue", "Value"};
constexpr std::string_view kFallbackFields[] = {"failureThreshold", "replicas", "behavior"};
constexpr std::string_view kFallbackBehaviors[] = {"static", "currentReplicas",
                                                   "currentReplicasIfHigher",
                                                   "currentReplicasIfLower", "scalingModifiers"};

void ReadTarget(const MapReader& target, ScaledObject& object) {
  target.CheckFields("scaleTargetRef", kTargetFields);
  // To KEDA what is empty is not given.
  const auto read = [&](std::string_view field, std::string& into) {
    if (auto text = target.Text(field); text && !text->empty()) into = *std::move(text);
  };
  read("apiVersion", object.target.api_version);
  read("kind", object.target.kind);
  read("name", object.target.name);
  target.Text("envSourceContainerName");
}

void ReadFallback(const MapReader& spec, ScaledObject& object) {
  const MapReader map = spec.Map("fallback");
  if (!spec.HasMap("fallback")) return;
  map.CheckFields("fallback", kFallbackFields);
  Fallback fallback;
  fallback.failure_threshold = map.Whole("failureThreshold", 0, INT32_MAX).value_or(0);
  fallback.replicas = map.Whole("replicas", 0, INT32_MAX).value_or(0);
  if (const auto behavior = map.OneOf("behavior", kFallbackBehaviors)) {
    fallback.behavior = *behavior;
  }
  for (const std::string_view field : {"failureThreshold", "replicas"}) {
    if (map.Find(field) != nullptr) continue;
    map.Fail(object.places.LineOf("spec.fallback"),
             base::StrCat("fallback lacks ", field, "; it needs failureThreshold and replicas"));
  }
  object.fallback = std::move(fallback);
}

void ReadAdvanced(const MapReader& advanced, ScaledObject& object, Problems& problems) {
  advanced.CheckFields("advanced", kAdvancedFields);
  advanced.Flag("restoreToOriginalReplicaCount");
  const MapReader modifiers = advanced.Map("scalingModifiers");
  modifiers.CheckFields("scalingModifiers", kModifierFields);
  // As KEDA sees it, to which what is empty is not there.
  object.has_scaling_modifiers =
      std::any_of(modifiers.entries().begin(), modifiers.entries().end(), [](const auto& entry) {
        const YamlNode& value = *entry.value;
        return value.kind == YamlKind::kScalar ? !value.text.empty()
                                               : value.kind != YamlKind::kNull;
      });
  object.scaling_modifiers.formula = modifiers.Text("formula").value_or("");
  object.scaling_modifiers.target = modifiers.Text("target").value_or("");
  object.scaling_modifiers.activation_target = modifiers.Text("activationTarget").value_or("");
  modifiers.OneOf("metricType", kModifierMetricTypes);
  const MapReader config = advanced.Map("horizontalPodAutoscalerConfig");
  config.CheckFields("horizontalPodAutoscalerConfig", kHpaConfigFields);
  object.hpa_name = config.Text("name").value_or("");
  object.behavior = ReadHpaBehavior(config.Map("behavior"), object.places, problems);
}

void ReadSpec(const MapReader& spec, ScaledObject& object, Problems& problems) {
  spec.CheckFields("a ScaledObject's spec", kSpecFields);
  const auto whole = [&](std::string_view key, int64_t low = 0) {
    const auto number = spec.Whole(key, low, INT32_MAX);
    object.counts_known = object.counts_known && (number || spec.Find(key) == nullptr);
    return number;
  };
  ReadTarget(spec.Map("scaleTargetRef"), object);
  object.polling_interval_seconds =
      whole("pollingInterval", 1).value_or(object.polling_interval_seconds);
  object.cooldown_seconds = whole("cooldownPeriod").value_or(object.cooldown_seconds);
  object.initial_cooldown_seconds =
      whole("initialCooldownPeriod").value_or(object.initial_cooldown_seconds);
  object.min_replicas = whole("minReplicaCount").value_or(object.min_replicas);
  object.max_replicas = whole("maxReplicaCount", 1).value_or(object.max_replicas);
  object.idle_replicas = whole("idleReplicaCount");
  ReadFallback(spec, object);
  ReadAdvanced(spec.Map("advanced"), object, problems);
  ReadTriggers(spec, object, problems);
}

}  // namespace

std::optional<ScaledObject> ReadScaledObject(const YamlNode& root, Problems& problems) {
  ScaledObject object;
  object.places = Places(root.line);
  const MapReader map(&root, "", object.places, problems);
  ObjectHead head = ReadObjectHead(map, "a ScaledObject", object.places);
  object.name = std::move(head.name);
  if (!head.object_namespace.empty()) object.object_namespace = std::move(head.object_namespace);
  ReadSpec(map.Map("spec"), object, problems);
  if (object.name.empty()) return std::nullopt;
  return object;
}

}  // namespace gpuscaler::manifests
