#include "cli/scaled_object.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/strings.h"

namespace gpuscaler::cli {
namespace {

absl::Status Wrong(const std::string& path, const YAML::Mark& mark, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat(path, ":", mark.line + 1, ": ", what));
}

// `node[key]`, also where `node` itself is missing, which the library calls an
// error without a place.
YAML::Node Child(const YAML::Node& node, const char* key) {
  return node.IsDefined() ? node[key] : node;
}

// The node's value, `fallback` only where there is none: the library's own
// fallback also takes the place of a value of the wrong type.
template <class T>
T ValueOr(const YAML::Node& node, const T& fallback) {
  return node.IsDefined() && !node.IsNull() ? node.as<T>() : fallback;
}

// KEDA does not tell the scaler the trigger's metricType, so both must be said
// alike: under Value a workload's number that is made for AverageValue grows with
// its replicas and ends at maxReplicaCount.
std::string Contradiction(const ScaledObjectTrigger& trigger, std::string_view metric_type) {
  const auto told = trigger.metadata.find("hpaMetricType");
  if (told == trigger.metadata.end() && !trigger.metadata.contains("workload")) return "";
  const std::string_view scaler =
      told == trigger.metadata.end() ? std::string_view("AverageValue") : told->second;
  if (scaler == metric_type) return "";
  return base::StrCat("metricType is ", metric_type, " and metadata.hpaMetricType ",
                      told == trigger.metadata.end() ? "is not given, which means " : "is ", scaler,
                      ": HPA would take the number for what it is not; they must be the same");
}

absl::StatusOr<ScaledObjectTrigger> ReadTrigger(const std::string& path, const YAML::Node& node) {
  ScaledObjectTrigger trigger;
  trigger.type = node["type"].as<std::string>("");
  const auto metric_type = ValueOr<std::string>(node["metricType"], "AverageValue");
  if (metric_type != "AverageValue" && metric_type != "Value") {
    return Wrong(path, node["metricType"].Mark(),
                 base::StrCat("metricType \"", metric_type,
                              "\" of an external trigger must be AverageValue or Value"));
  }
  trigger.hpa_metric_type = metric_type == "Value" ? scaling::HpaMetricType::kValue
                                                   : scaling::HpaMetricType::kAverageValue;
  const YAML::Node metadata = node["metadata"];
  if (metadata.IsDefined() && !metadata.IsNull() && !metadata.IsMap()) {
    return Wrong(path, metadata.Mark(), "metadata must be a map of strings");
  }
  for (const auto& entry : metadata) {
    if (!entry.second.IsScalar()) {
      return Wrong(path, entry.second.Mark(),
                   base::StrCat("metadata.", entry.first.as<std::string>(), " must be a string"));
    }
    trigger.metadata[entry.first.as<std::string>()] = entry.second.as<std::string>();
  }
  if (const std::string contradiction = Contradiction(trigger, metric_type);
      !contradiction.empty()) {
    return Wrong(path, node.Mark(), contradiction);
  }
  return trigger;
}

absl::StatusOr<ScaledObject> ReadScaledObject(const std::string& path, const YAML::Node& document) {
  ScaledObject object;
  const YAML::Node metadata = document["metadata"];
  object.name = ValueOr<std::string>(Child(metadata, "name"), "");
  object.object_namespace = ValueOr(Child(metadata, "namespace"), object.object_namespace);
  if (object.name.empty()) {
    return Wrong(path, document.Mark(), "a ScaledObject without metadata.name");
  }
  const YAML::Node spec = document["spec"];
  object.min_replicas = ValueOr(Child(spec, "minReplicaCount"), object.min_replicas);
  object.max_replicas = ValueOr(Child(spec, "maxReplicaCount"), object.max_replicas);
  for (const YAML::Node& node : Child(spec, "triggers")) {
    const auto type = node["type"].as<std::string>("");
    if (type != "external" && type != "external-push") continue;
    auto trigger = ReadTrigger(path, node);
    if (!trigger.ok()) return trigger.status();
    object.triggers.push_back(*std::move(trigger));
  }
  return object;
}

absl::StatusOr<std::vector<ScaledObject>> ReadDocuments(const std::string& path,
                                                        std::ifstream& file) {
  std::vector<ScaledObject> objects;
  for (const YAML::Node& document : YAML::LoadAll(file)) {
    if (!document.IsMap() || document["kind"].as<std::string>("") != "ScaledObject") continue;
    auto object = ReadScaledObject(path, document);
    if (!object.ok()) return object.status();
    objects.push_back(*std::move(object));
  }
  return objects;
}

}  // namespace

absl::StatusOr<std::vector<ScaledObject>> ReadScaledObjects(const std::string& path) {
  std::ifstream file(path);
  // A directory opens well and throws when it is read.
  std::error_code ignored;
  if (!file || std::filesystem::is_directory(path, ignored)) {
    return absl::InvalidArgumentError(base::StrCat(path, ": cannot be read"));
  }
  try {
    return ReadDocuments(path, file);
  } catch (const YAML::Exception& error) {  // the library's, stopped at this edge
    return Wrong(path, error.mark, error.msg);
  }
}

}  // namespace gpuscaler::cli
