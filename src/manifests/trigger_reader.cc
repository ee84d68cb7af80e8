#include "manifests/trigger_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "base/strings.h"
#include "manifests/yaml_scalar.h"
#include "scaling/key_name.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kTriggerFields[] = {
    "type", "name", "metadata", "useCachedMetrics", "authenticationRef", "metricType"};
// KEDA's definition takes the last one out of a ScaledJob's, which no HPA reads.
constexpr std::span kJobTriggerFields = std::span(kTriggerFields).first(5);
constexpr std::string_view kAuthenticationFields[] = {"name", "kind"};
constexpr std::string_view kAuthenticationKinds[] = {"TriggerAuthentication",
                                                     "ClusterTriggerAuthentication"};
constexpr std::string_view kMetricTypes[] = {"AverageValue", "Value"};
// KEDA's ValidateTriggers refuses to keep what these tell.
constexpr std::string_view kNeverCached[] = {"cpu", "memory", "cron"};

bool IsExternal(std::string_view type) {
  return type == "external" || type == "external-push";
}

// Of a key that nobody knows the value may be anybody's secret.
std::string NotText(const YamlEntry& entry) {
  const std::string& text = entry.value->text;
  const bool known = scaling::FindKey(entry.key) != nullptr || scaling::IsKedaKey(entry.key);
  return base::StrCat("metadata.", entry.key, " is ",
                      known ? std::string_view(text) : std::string_view("no string to YAML"),
                      ", and the API server takes strings only; put it in quotes",
                      known ? base::StrCat(": ", base::QuotedStart(text)) : "");
}

void ReadMetadata(const MapReader& map, ScaledObjectTrigger& trigger, Problems& problems) {
  for (const YamlEntry& entry : map.entries()) {
    const YamlNode& value = *entry.value;
    if (value.kind == YamlKind::kList || value.kind == YamlKind::kMap) {
      map.Fail(entry.line,
               base::StrCat("metadata.", entry.key, " is ", Shown(value), "; it must be a string"));
      continue;
    }
    if (value.kind == YamlKind::kNull) {
      // Another scaler may have a default for what is dropped.
      if (!IsExternal(trigger.type)) continue;
      problems.Add(ProblemKind::kNotText, entry.line,
                   base::StrCat("metadata.", entry.key,
                                " is nothing, and the API server drops it; give a string"));
    } else if (IsOtherThanText(value)) {
      problems.Add(ProblemKind::kNotText, entry.line, NotText(entry));
    }
    trigger.metadata[entry.key] = value.text;
  }
}

std::optional<AuthenticationRef> ReadAuthenticationRef(const MapReader& trigger) {
  const MapReader reference = trigger.Map("authenticationRef");
  if (!trigger.HasMap("authenticationRef")) return std::nullopt;
  reference.CheckFields("authenticationRef", kAuthenticationFields);
  AuthenticationRef authentication;
  authentication.name = reference.Text("name").value_or("");
  if (reference.Find("name") == nullptr) {
    trigger.Fail(trigger.Find("authenticationRef")->line, "authenticationRef lacks name; give it");
  }
  if (const auto kind = reference.OneOf("kind", kAuthenticationKinds)) authentication.kind = *kind;
  return authentication;
}

// Of whatever scaler: to KEDA's definition they are one, but for what the metadata say.
ScaledObjectTrigger ReadTrigger(const YamlNode& node, bool of_job, Problems& problems) {
  ScaledObjectTrigger trigger;
  trigger.places = Places(node.line);
  const MapReader map(&node, "", trigger.places, problems);
  map.CheckFields(of_job ? "a ScaledJob's trigger" : "a trigger",
                  of_job ? kJobTriggerFields : std::span<const std::string_view>(kTriggerFields));
  trigger.type = map.Text("type").value_or("");
  trigger.name = map.Text("name").value_or("");
  const bool external = IsExternal(trigger.type);
  const auto metric_type =
      external ? map.OneOf("metricType", kMetricTypes) : map.Text("metricType");
  if (metric_type == "Value") trigger.hpa_metric_type = scaling::HpaMetricType::kValue;
  trigger.use_cached_metrics = map.Flag("useCachedMetrics").value_or(false);
  const bool never_cached = std::find(std::begin(kNeverCached), std::end(kNeverCached),
                                      trigger.type) != std::end(kNeverCached);
  if (trigger.use_cached_metrics && never_cached) {
    map.Fail(trigger.places.LineOf("useCachedMetrics"),
             base::StrCat("useCachedMetrics of a trigger of type ", trigger.type,
                          " is true, and KEDA refuses that; leave it out"));
  }
  trigger.authentication = ReadAuthenticationRef(map);
  if (map.Find("metadata") == nullptr) {
    const std::string of_type =
        trigger.type.empty() ? "" : base::StrCat(" of type ", base::QuotedStart(trigger.type));
    map.Fail(node.line, base::StrCat("a trigger", of_type, " without metadata; give ",
                                     external ? "scalerAddress and what to scale on"
                                              : "what its scaler needs"));
  }
  ReadMetadata(map.Map("metadata"), trigger, problems);
  return trigger;
}

// Of a type that is none of this scaler's: whether this scaler's was meant.
void CheckOtherType(const ScaledObjectTrigger& trigger, Problems& problems) {
  constexpr std::string_view kTypes[] = {"external-push", "external"};
  const auto add = [&](std::string what) {
    problems.Add(ProblemKind::kWrongValue, trigger.places.LineOf(""), std::move(what));
  };
  if (trigger.places.IsRefused("type") || trigger.type == "external-mock") return;  // KEDA's tests'
  if (trigger.type.empty()) {
    add("a trigger without type; write external-push for this scaler");
    return;
  }
  std::string_view meant = base::LikelyMeant(trigger.type, kTypes);
  if (meant.empty() && trigger.metadata.contains("scalerAddress")) meant = kTypes[0];
  if (meant.empty()) return;
  add(base::StrCat("a trigger of type ", base::QuotedStart(trigger.type),
                   ", which KEDA does not have; write ", meant));
}

}  // namespace

void ReadTriggers(const MapReader& spec, ScaledObject& object, Problems& problems) {
  for (const YamlNode* node : spec.List("triggers")) {
    if (problems.exhausted()) return;
    if (node->kind != YamlKind::kMap) {
      problems.Add(ProblemKind::kWrongValue, node->line,
                   base::StrCat("a trigger is ", Shown(*node), "; it must be a map with type"));
      object.other_triggers.emplace_back();
      continue;
    }
    ScaledObjectTrigger trigger = ReadTrigger(*node, object.is_job, problems);
    if (!trigger.name.empty()) {
      object.trigger_names.push_back({trigger.name, trigger.places.LineOf("name")});
    }
    if (IsExternal(trigger.type)) {
      object.triggers.push_back(std::move(trigger));
    } else {
      CheckOtherType(trigger, problems);
      object.other_triggers.push_back(std::move(trigger.type));
    }
  }
}

}  // namespace gpuscaler::manifests
