#include "cli/scaled_object.h"

#include <yaml-cpp/yaml.h>

#include <fstream>

#include "base/strings.h"

namespace gpuscaler::cli {
namespace {

absl::Status Wrong(const std::string& path, const YAML::Mark& mark, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat(path, ":", mark.line + 1, ": ", what));
}

// `node[key]`, also where `node` itself is missing, which the library calls an
// error without a place.
YAML::Node Child(const YAML::Node& node, const char* key) {
  return node.IsDefined() ? node[key] : YAML::Node();
}

absl::StatusOr<ScaledObjectTrigger> ReadTrigger(const std::string& path, const YAML::Node& node) {
  ScaledObjectTrigger trigger;
  trigger.type = node["type"].as<std::string>("");
  const auto metric_type = node["metricType"].as<std::string>("AverageValue");
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
  return trigger;
}

absl::StatusOr<ScaledObject> ReadScaledObject(const std::string& path, const YAML::Node& document) {
  ScaledObject object;
  const YAML::Node metadata = document["metadata"];
  object.name = Child(metadata, "name").as<std::string>("");
  object.object_namespace = Child(metadata, "namespace").as<std::string>(object.object_namespace);
  if (object.name.empty()) {
    return Wrong(path, document.Mark(), "a ScaledObject without metadata.name");
  }
  const YAML::Node spec = document["spec"];
  object.min_replicas = Child(spec, "minReplicaCount").as<int64_t>(object.min_replicas);
  object.max_replicas = Child(spec, "maxReplicaCount").as<int64_t>(object.max_replicas);
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
  if (!file) return absl::InvalidArgumentError(base::StrCat(path, ": cannot be read"));
  try {
    return ReadDocuments(path, file);
  } catch (const YAML::Exception& error) {  // the library's, stopped at this edge
    return Wrong(path, error.mark, error.msg);
  }
}

}  // namespace gpuscaler::cli
