// Whether a GPU takes part in a trigger's number, and why it does not.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "scaling/trigger.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::scaling {

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

GpuPart Judge(const Trigger& trigger, const telemetry::Snapshot& node,
              const telemetry::GpuSnapshot& gpu, base::SteadyTime now, base::Duration stale_after);

// The GPU is one that the metric's value should have come from, today or
// another day: it is selected, and not known to lack the metric.
inline bool IsExpected(Part part) {
  return part != Part::kOtherIndex && part != Part::kUnsupported;
}

// "GPU 0 (NVIDIA H100 80GB HBM3) of node-a".
std::string WhichGpu(const GpuPart& part);

// For a GPU that does not count: "its newest gpu_utilization is 12.3s old: the
// driver is gone". Ages are as of `now`.
std::string WhyLeftOut(const GpuPart& part, catalog::Metric metric, base::SteadyTime now);

}  // namespace gpuscaler::scaling
