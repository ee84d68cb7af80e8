// A quantity of Kubernetes': 0.05, 50m, 1Ki.
#pragma once

#include <optional>
#include <string_view>

namespace gpuscaler::manifests {

// As both the pattern in KEDA's definition and Kubernetes' ParseQuantity have it: blanks, 5%
// and 1e2m are none. Empty: it is none, or more than a double holds.
std::optional<double> ReadQuantity(std::string_view text);

}  // namespace gpuscaler::manifests
