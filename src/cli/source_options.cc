#include "cli/source_options.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "sources/nvml/nvml_source.h"
#include "sources/simulated/load_simulated.h"

namespace gpuscaler::cli {

void AddSourceFlags(CLI::App& app, SourceOptions& options) {
  app.add_option("--source", options.source,
                 "Where readings come from. auto: the hardware, for which it waits as long as it "
                 "takes; nvml: NVIDIA's library; simulated: a scenario or a recorded trace")
      ->check(CLI::IsMember({"auto", "nvml", "simulated"}))
      ->capture_default_str();
  app.add_option("--scenario", options.scenario,
                 "With --source=simulated: a scenario (.yaml) or a recorded trace (.csv, .jsonl); "
                 "without it eight simulated GPUs");
  app.add_option("--nvml-library", options.nvml_library,
                 "Name or path of NVIDIA's management library")
      ->capture_default_str();
}

absl::StatusOr<std::unique_ptr<sources::Source>> MakeSource(const SourceOptions& options) {
  if (options.source == "simulated") {
    return sources::LoadSimulated(options.scenario, base::Now());
  }
  if (!options.scenario.empty()) {
    return absl::InvalidArgumentError(base::StrCat(
        "--scenario needs --source=simulated; --source=", options.source, " reads hardware"));
  }
  sources::NvmlSource::Options nvml;
  nvml.library_path = options.nvml_library;
  return std::make_unique<sources::NvmlSource>(nvml);
}

}  // namespace gpuscaler::cli
