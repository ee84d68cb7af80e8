// A script from a file, and the source that plays it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "sources/simulated/script.h"
#include "sources/source.h"

namespace gpuscaler::sources {

// `path` ends in .yaml or .yml (a scenario), .csv or .jsonl (a recorded trace);
// empty: the default scenario. Errors are one
// line: "FILE:LINE: what was wrong; what is allowed", or "FILE: why it cannot
// be read".
absl::StatusOr<std::unique_ptr<const Script>> LoadScript(const std::string& path);
// Its source, whose time is zero at `start`.
absl::StatusOr<std::unique_ptr<Source>> LoadSimulated(const std::string& path,
                                                      base::SteadyTime start);

// The scenario for demonstrations, in YAML: eight GPUs of one busy node.
std::string_view DefaultScenario();

}  // namespace gpuscaler::sources
