// A ScaledObject over a recorded load: what the trigger says, what KEDA and the HPA make
// of it, and what that does to the load of each replica, second by second.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "scaling/evaluation.h"
#include "scaling/hpa.h"
#include "simulation/simulated_object.h"
#include "simulation/simulated_scaler.h"
#include "sources/simulated/script.h"

namespace gpuscaler::simulation {

struct SimulationOptions {
  std::optional<base::Duration> length;     // empty: the recording's
  std::optional<int64_t> trace_replicas;    // that shared the recorded load; empty: as recorded
  std::optional<int64_t> initial_replicas;  // empty: as many as were recorded
  base::Duration start = std::chrono::seconds(60);
  bool open_loop = false;
  base::Duration sync_period = std::chrono::seconds(15);
  base::Duration downscale_stabilization = std::chrono::seconds(300);
  scaling::EvaluationLimits limits;
};

enum class Actor : uint8_t { kKeda, kHpa };

// A moment at which somebody looked at the triggers.
struct Decision {
  base::Duration at = {};
  Actor actor = Actor::kHpa;
  std::vector<Answer> answers;    // one a trigger
  std::optional<int64_t> wanted;  // by the arithmetic alone; empty: KEDA's, or no value
  int64_t before = 0;
  int64_t after = 0;
  int64_t serving = 0;
  double offered = 0;  // see Recording
  double backlog = 0;  // see Replicas
};

// For a plot.
struct Second {
  double offered = 0;
  double backlog = 0;
  double each = 0;              // of the load metric, one serving replica's
  std::optional<double> value;  // the first trigger's, as it was last asked; empty: it failed
  std::optional<int64_t> wanted;
  int64_t replicas = 0;
  int64_t serving = 0;
};

struct Course {
  catalog::Metric load_metric = catalog::Metric::kGpuUtilization;
  int64_t recorded_replicas = 1;  // at the start
  bool knows_pods = false;        // the recording has the workload's pods
  bool open_loop = false;
  base::Duration start = {};
  std::vector<Decision> decisions;
  std::vector<Second> seconds;
  std::vector<std::string> limits;  // what the triggers' values can never become
};

// INVALID_ARGUMENT: a trigger that this cannot simulate, and why; a recording without an
// end and no length for it.
absl::StatusOr<Course> Simulate(const SimulatedObject& object,
                                std::shared_ptr<const sources::Script> script,
                                const SimulationOptions& options);

}  // namespace gpuscaler::simulation
