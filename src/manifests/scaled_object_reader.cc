#include "manifests/scaled_object_reader.h"

#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"
#include "manifests/hpa_behavior_reader.h"
#include "manifests/map_reader.h"

namespace gpuscaler::manifests {
namespace {

// KEDA 2.21's API (apis/keda/v1alpha1), and of ObjectMeta what people write.
constexpr std::string_view kObjectFields[] = {"apiVersion", "kind", "metadata", "spec", "status"};
constexpr std::string_view kMetadataFields[] = {"name", "namespace", "labels", "annotations"};
constexpr std::string_view kSpecFields[] = {
    "scaleTargetRef",   "pollingInterval", "initialCooldownPeriod", "cooldownPeriod",
    "idleReplicaCount", "minReplicaCount", "maxReplicaCount",       "advanced",
    "triggers",         "fallback"};
constexpr std::string_view kTargetFields[] = {"apiVersion", "kind", "name",
                                              "envSourceContainerName"};
constexpr std::string_view kAdvancedFields[] = {
    "horizontalPodAutoscalerConfig", "restoreToOriginalReplicaCount", "scalingModifiers"};
constexpr std::string_view kHpaConfigFields[] = {"behavior", "name"};
constexpr std::string_view kFallbackFields[] = {"failureThreshold", "replicas", "behavior"};
constexpr std::string_view kFallbackBehaviors[] = {"static", "currentReplicas",
                                                   "currentReplicasIfHigher",
                                                   "currentReplicasIfLower", "scalingModifiers"};
constexpr std::string_view kTriggerFields[] = {
    "type", "name", "metadata", "metricType", "useCachedMetrics", "authenticationRef"};
constexpr std::string_view kAuthenticationFields[] = {"name", "kind"};
constexpr std::string_view kAuthenticationKinds[] = {"TriggerAuthentication",
                                                     "ClusterTriggerAuthentication"};
constexpr std::string_view kMetricTypes[] = {"AverageValue", "Value"};

void ReadMetadata(const MapReader& map, ScaledObjectTrigger& trigger, Problems& problems) {
  for (const YamlEntry& entry : map.entries()) {
    const YamlNode& value = *entry.value;
    if (value.kind == YamlKind::kList || value.kind == YamlKind::kMap) {
      map.Fail(entry.line, base::StrCat("metadata.", entry.key, " must be a string"));
      continue;
    }
    if (IsOtherThanText(value) || value.kind == YamlKind::kNull) {
      problems.Add(ProblemKind::kNotText, entry.line,
                   base::StrCat("metadata.", entry.key, " is ",
                                value.kind == YamlKind::kNull ? "nothing" : value.text,
                                ", and the API server takes strings only; put it in quotes: ",
                                base::QuotedStart(value.text)));
    }
    trigger.metadata[entry.key] = value.text;
  }
}

ScaledObjectTrigger ReadTrigger(const YamlNode& node, Problems& problems) {
  ScaledObjectTrigger trigger;
  trigger.places = Places(node.line);
  const MapReader map(&node, "", trigger.places, problems);
  map.CheckFields("a trigger", kTriggerFields);
  trigger.type = map.Text("type").value_or("");
  trigger.name = map.Text("name").value_or("");
  if (map.Find("metricType") != nullptr) {
    const auto metric_type = map.OneOf("metricType", kMetricTypes);
    if (metric_type == "Value") trigger.hpa_metric_type = scaling::HpaMetricType::kValue;
  }
  trigger.use_cached_metrics = map.Flag("useCachedMetrics").value_or(false);
  if (map.HasMap("authenticationRef")) {
    const MapReader reference = map.Map("authenticationRef");
    reference.CheckFields("authenticationRef", kAuthenticationFields);
    AuthenticationRef authentication;
    authentication.name = reference.Text("name").value_or("");
    if (const auto kind = reference.OneOf("kind", kAuthenticationKinds)) {
      authentication.kind = *kind;
    }
    trigger.authentication = std::move(authentication);
  }
  ReadMetadata(map.Map("metadata"), trigger, problems);
  return trigger;
}

void ReadTriggers(const MapReader& spec, ScaledObject& object, Problems& problems) {
  for (const YamlNode* node : spec.List("triggers")) {
    if (!problems.Spend(node->entries.size())) return;
    Places ignored;
    Problems of_type;
    const MapReader map(node, "triggers", ignored, of_type);
    std::string type = map.Text("type").value_or("");
    if (type != "external" && type != "external-push") {
      // Whose fields are another scaler's.
      if (node->kind != YamlKind::kMap || type.empty()) {
        problems.Add(
            ProblemKind::kWrongValue, node->line,
            node->kind != YamlKind::kMap
                ? base::StrCat("a trigger is ", Shown(*node), "; it must be a map with type")
                : std::string("a trigger without type; write external-push for this scaler"));
      }
      object.other_triggers.push_back(std::move(type));
      continue;
    }
    object.triggers.push_back(ReadTrigger(*node, problems));
  }
}

void ReadTarget(const MapReader& target, ScaledObject& object) {
  target.CheckFields("scaleTargetRef", kTargetFields);
  if (const auto text = target.Text("apiVersion")) object.target.api_version = *text;
  if (const auto text = target.Text("kind")) object.target.kind = *text;
  if (const auto text = target.Text("name")) object.target.name = *text;
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
  object.has_scaling_modifiers = advanced.HasMap("scalingModifiers");
  const MapReader config = advanced.Map("horizontalPodAutoscalerConfig");
  config.CheckFields("horizontalPodAutoscalerConfig", kHpaConfigFields);
  object.behavior = ReadHpaBehavior(config.Map("behavior"), object.places, problems);
}

void ReadSpec(const MapReader& spec, ScaledObject& object, Problems& problems) {
  spec.CheckFields("a ScaledObject's spec", kSpecFields);
  const auto whole = [&](std::string_view key) {
    const auto number = spec.Whole(key, 0, INT32_MAX);
    object.counts_known = object.counts_known && (number || spec.Find(key) == nullptr);
    return number;
  };
  ReadTarget(spec.Map("scaleTargetRef"), object);
  object.polling_interval_seconds =
      whole("pollingInterval").value_or(object.polling_interval_seconds);
  object.cooldown_seconds = whole("cooldownPeriod").value_or(object.cooldown_seconds);
  object.initial_cooldown_seconds =
      whole("initialCooldownPeriod").value_or(object.initial_cooldown_seconds);
  object.min_replicas = whole("minReplicaCount").value_or(object.min_replicas);
  object.max_replicas = whole("maxReplicaCount").value_or(object.max_replicas);
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
  map.CheckFields("a ScaledObject", kObjectFields);
  const auto version = map.Text("apiVersion");
  if (version && *version != "keda.sh/v1alpha1") {
    map.Fail(object.places.LineOf("apiVersion"),
             base::StrCat("apiVersion of a ScaledObject is ", base::QuotedStart(*version),
                          "; it must be keda.sh/v1alpha1"));
  }
  const MapReader metadata = map.Map("metadata");
  metadata.CheckFields("metadata", kMetadataFields, /*only_misspelt=*/true);
  object.name = metadata.Text("name").value_or("");
  object.object_namespace = metadata.Text("namespace").value_or(object.object_namespace);
  if (object.name.empty() && (map.HasMap("metadata") || map.Find("metadata") == nullptr)) {
    map.Fail(root.line, "a ScaledObject without metadata.name; give it one");
  }
  ReadSpec(map.Map("spec"), object, problems);
  if (object.name.empty()) return std::nullopt;
  return object;
}

}  // namespace gpuscaler::manifests
