// Which source the flags ask for.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sources/source.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct SourceOptions {
  std::string source = "auto";
  std::string scenario;
  std::string nvml_library = "libnvidia-ml.so.1";
};

void AddSourceFlags(CLI::App& app, SourceOptions& options);

// INVALID_ARGUMENT: contradicting flags, or a scenario that cannot be read. A
// driver that is not there is no error: the source goes on looking for it.
absl::StatusOr<std::unique_ptr<sources::Source>> MakeSource(const SourceOptions& options);

}  // namespace gpuscaler::cli
