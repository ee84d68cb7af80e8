// What a trigger makes of a view: the number, whether the workload is active,
// and why. The explanation is part of the result, not a log line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "scaling/trigger.h"
#include "telemetry/store.h"

namespace gpuscaler::scaling {

// Whether a GPU took part, or why not.
enum class Part : uint8_t {
  kCounted,
  kOtherIndex,   // gpuIndex names another one
  kUnreadable,   // the GPU is lost or needs a reset
  kUnsupported,  // it does not have the metric
  kNeverRead,    // no value of the metric has arrived yet
  kStale,        // the newest value is older than --stale-after
};

struct GpuPart {
  const telemetry::Snapshot* node;    // of Evaluation::view
  const telemetry::GpuSnapshot* gpu;  // of Evaluation::view
  Part part;
  double value;  // with kCounted and kStale
};

enum class ActiveReason : uint8_t {
  kNothingExceeds,  // inactive
  kGpuExceeds,      // a GPU that takes part exceeds the activation threshold
  kAggregateExceeds,
  kAlwaysActive,  // the profile says so
};

struct Evaluation {
  std::shared_ptr<const telemetry::View> view;  // keeps the pointers of `gpus` alive
  double value = 0;                             // reported to KEDA: finite, >= 0
  double aggregate = 0;                         // across the counted GPUs
  bool active = false;
  ActiveReason active_reason = ActiveReason::kNothingExceeds;
  size_t counted = 0;
  size_t nodes = 0;        // nodes in the view
  size_t fresh_nodes = 0;  // of which at least one GPU counted or was fresh
  std::vector<GpuPart> gpus;
};

struct EvaluationLimits {
  base::Duration stale_after = std::chrono::seconds(10);
};

// Pure. Errors: UNAVAILABLE where no fresh reading exists (since when, why),
// FAILED_PRECONDITION where no GPU in view has the metric or the gpuIndex.
absl::StatusOr<Evaluation> Evaluate(const Trigger& trigger,
                                    std::shared_ptr<const telemetry::View> view,
                                    base::SteadyTime now, const EvaluationLimits& limits);

// The evaluation in words, a line per step: which GPUs count and why others do
// not, the aggregate, the reported value, active or not and why, and what HPA
// can make of it.
std::vector<std::string> Explain(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
