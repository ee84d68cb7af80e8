// What YAML makes of a text without quotes. kubectl goes by YAML 1.1, to which "on" is a boolean.
#pragma once

#include <optional>

#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {

// A number, a boolean or nothing, rather than a text.
bool IsOtherThanText(const YamlNode& scalar);

// Empty: it is none.
std::optional<bool> BooleanOf(const YamlNode& node);

}  // namespace gpuscaler::manifests
