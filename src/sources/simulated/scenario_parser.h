// A scenario from its YAML text; docs/scenarios.md describes the format.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sources/simulated/scenario.h"

namespace gpuscaler::sources {

// INVALID_ARGUMENT as "LINE: what was wrong; what is allowed".
absl::StatusOr<std::unique_ptr<const Scenario>> ParseScenario(const std::string& yaml);

}  // namespace gpuscaler::sources
