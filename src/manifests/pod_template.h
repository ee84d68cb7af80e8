// What runs in the pods of a workload: their images.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {

struct PodTemplate {
  std::string kind;              // of the workload: "Deployment"
  std::string object_namespace;  // empty: not given
  std::string name;
  std::vector<std::string> images;
};

// Of any object whose spec has a pod template, a LeaderWorkerSet's too; empty: it has none.
std::optional<PodTemplate> ReadPodTemplate(const YamlNode& root);

}  // namespace gpuscaler::manifests
