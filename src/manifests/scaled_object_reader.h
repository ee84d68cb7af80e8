// A ScaledObject out of a YAML document.
#pragma once

#include <optional>

#include "manifests/problem.h"
#include "manifests/scaled_object.h"
#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {

// `root`: a map whose kind is ScaledObject. What can be read of it, whatever else is
// wrong; empty where it has no name.
std::optional<ScaledObject> ReadScaledObject(const YamlNode& root, Problems& problems);

}  // namespace gpuscaler::manifests
