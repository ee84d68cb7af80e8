#include "manifests/trigger_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "base/strings.h"
#include "scaling/key_name.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kTriggerFields[] = {
    "type", "name", "metadata", "metricType", "useCachedMetrics", "authenticationRef"};
constexpr std::string_view kAuthenticationFields[] = {"name", "kind"};
constexpr std::string_view kAuthenticationKinds[] = {"TriggerAuthentication",
                                                     "ClusterTriggerAuthentication"};
constexpr std::string_view kMetricTypes[] = {"AverageValue", "Value"};

// Of a key that nobody knows the value may be anybody's secret.
std::string NotText(const YamlEntry& entry) {
  const YamlNode& value = *entry.value;
  const bool known = scaling::FindKey(entry.key) != nullptr || scaling::IsKedaKey(entry.key);
  const std::string_view is = value.kind == YamlKind::kNull ? "nothing"
                              : known                       ? std::string_view(value.text)
                                                            : "no string to YAML";
  return base::StrCat("metadata.", entry.key, " is ", is,
                      ", and the API server takes strings only; put it in quotes",
                      known ? base::StrCat(": ", base::QuotedStart(value.text)) : "");
}

void ReadMetadata(const MapReader& map, ScaledObjectTrigger& trigger, Problems& problems) {
  for (const YamlEntry& entry : map.entries()) {
    const YamlNode& value = *entry.value;
    if (value.kind == YamlKind::kList || value.kind == YamlKind::kMap) {
      map.Fail(entry.line, base::StrCat("metadata.", entry.key, " must be a string"));
      continue;
    }
    if (IsOtherThanText(value) || value.kind == YamlKind::kNull) {
      problems.Add(ProblemKind::kNotText, entry.line, NotText(entry));
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
  const MapReader reference = map.Map("authenticationRef");
  if (map.HasMap("authenticationRef")) {
    reference.CheckFields("authenticationRef", kAuthenticationFields);
    AuthenticationRef authentication;
    authentication.name = reference.Text("name").value_or("");
    if (reference.Find("name") == nullptr) {
      map.Fail(map.Find("authenticationRef")->line, "authenticationRef lacks name; give it");
    }
    if (const auto kind = reference.OneOf("kind", kAuthenticationKinds)) {
      authentication.kind = *kind;
    }
    trigger.authentication = std::move(authentication);
  }
  if (map.Find("metadata") == nullptr) {
    map.Fail(node.line, "a trigger without metadata; give scalerAddress and what to scale on");
  }
  ReadMetadata(map.Map("metadata"), trigger, problems);
  return trigger;
}

// A type that KEDA does not have, where this scaler's was meant; empty: it is another scaler's.
std::string MeantType(const YamlNode& node, std::string_view type) {
  constexpr std::string_view kTypes[] = {"external-push", "external"};
  if (type == "external-mock") return "";  // KEDA's own, for its tests
  if (const auto meant = base::LikelyMeant(type, kTypes); !meant.empty()) return std::string(meant);
  for (const YamlEntry& entry : node.entries) {
    if (entry.key != "metadata") continue;
    const auto& keys = entry.value->entries;
    const bool has_address = std::any_of(keys.begin(), keys.end(), [](const YamlEntry& each) {
      return each.key == "scalerAddress";
    });
    if (has_address) return "external-push";
  }
  return "";
}

void ReadOtherTrigger(const YamlNode& node, std::string type, ScaledObject& object,
                      Problems& problems) {
  std::string problem;
  if (node.kind != YamlKind::kMap) {
    problem = base::StrCat("a trigger is ", Shown(node), "; it must be a map with type");
  } else if (type.empty()) {
    problem = "a trigger without type; write external-push for this scaler";
  } else if (const std::string meant = MeantType(node, type); !meant.empty()) {
    problem = base::StrCat("a trigger of type ", base::QuotedStart(type),
                           ", which KEDA does not have; write ", meant);
  }
  if (!problem.empty()) problems.Add(ProblemKind::kWrongValue, node.line, std::move(problem));
  object.other_triggers.push_back(std::move(type));
}

}  // namespace

void ReadTriggers(const MapReader& spec, ScaledObject& object, Problems& problems) {
  for (const YamlNode* node : spec.List("triggers")) {
    if (!problems.Spend(node->entries.size())) return;
    Places ignored;
    Problems of_type;
    const MapReader map(node, "triggers", ignored, of_type);
    std::string type = map.Text("type").value_or("");
    if (const auto name = map.Text("name"); name && !name->empty()) {
      object.trigger_names.push_back({*name, map.Find("name")->line});
    }
    if (type == "external" || type == "external-push") {
      object.triggers.push_back(ReadTrigger(*node, problems));
    } else {
      // Whose fields are another scaler's.
      ReadOtherTrigger(*node, std::move(type), object, problems);
    }
  }
}

}  // namespace gpuscaler::manifests
