// KEDA's TriggerAuthentication: what a trigger gets besides its metadata.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/places.h"
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
  Places places;
  std::vector<Parameter> parameters;  // from wherever: secrets, ConfigMaps, vaults

  bool Has(std::string_view parameter) const {
    return std::any_of(parameters.begin(), parameters.end(),
                       [&](const Parameter& each) { return each.name == parameter; });
  }
};

// `root`: a map whose kind is one of the two.
TriggerAuthentication ReadTriggerAuthentication(const YamlNode& root, Problems& problems);

}  // namespace gpuscaler::manifests
