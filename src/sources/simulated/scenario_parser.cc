#include "sources/simulated/scenario_parser.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "sources/simulated/fault_parser.h"
#include "sources/simulated/gpu_parser.h"
#include "sources/simulated/yaml_map.h"

namespace gpuscaler::sources {
namespace {

std::unique_ptr<const Scenario> Parse(const YAML::Node& root, FirstError* error) {
  const YamlMap file(root, 1, "a scenario", error);
  file.CheckKeys({"gpus", "faults", "loop"});
  file.CheckPresent({"gpus"});
  const base::Duration loop =
      file.Time("loop", std::chrono::milliseconds(1), base::Duration::zero());
  std::vector<SimulatedGpu> gpus = ParseGpus(file, error);
  std::vector<Fault> faults = ParseFaults(file, static_cast<uint32_t>(gpus.size()), loop, error);
  return std::make_unique<const Scenario>(std::move(gpus), std::move(faults), loop);
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Scenario>> ParseScenario(const std::string& yaml) {
  FirstError error;
  // yaml-cpp throws; nothing of it leaves this function.
  try {
    std::unique_ptr<const Scenario> scenario = Parse(YAML::Load(yaml), &error);
    if (!error.status().ok()) return error.status();
    return scenario;
  } catch (const YAML::Exception& e) {
    error.Add(std::max(e.mark.line, 0) + 1,
              base::StrCat("not YAML (", e.msg, "); docs/scenarios.md shows the format"));
    return error.status();
  }
}

}  // namespace gpuscaler::sources
