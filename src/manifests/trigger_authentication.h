// KEDA's TriggerAuthentication: what a trigger gets besides its metadata.
#pragma once

#include <string>
#include <vector>

#include "manifests/problem.h"
#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {

struct TriggerAuthentication {
  struct Parameter {
    std::string name;  // "caCert"
    int line = 0;
  };

  std::string file;
  std::string kind;              // or ClusterTriggerAuthentication, which has no namespace
  std::string object_namespace;  // empty: not given
  std::string name;
  int line = 0;
  std::vector<Parameter> parameters;  // from wherever: secrets, ConfigMaps, vaults
};

// `root`: a map whose kind is one of the two.
TriggerAuthentication ReadTriggerAuthentication(const YamlNode& root, Problems& problems);

}  // namespace gpuscaler::manifests
