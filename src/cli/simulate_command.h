// `keda-gpu-scaler simulate`: a recorded or drawn load through a ScaledObject, KEDA and
// the HPA.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/duration_flag.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct SimulateOptions {
  std::string file;
  std::string trace;
  std::string object;  // "NAMESPACE/NAME"; empty: the only one
  std::vector<std::string> plots;
  std::optional<uint64_t> trace_replicas;
  std::optional<uint64_t> replicas;
  uint64_t start_seconds = 60;
  DurationFlag duration;  // zero: the trace's
  bool open_loop = false;
  bool all = false;
};

void AddSimulateFlags(CLI::App& app, SimulateOptions& options);

// The exit code: 0; 1 where a plot cannot be written; 2, after one line on standard error,
// for files that cannot be simulated.
int RunSimulate(const SimulateOptions& options);

}  // namespace gpuscaler::cli
