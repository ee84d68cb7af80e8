// Views of made-up nodes for tests, at a made-up time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "telemetry/snapshot.h"
#include "telemetry/view.h"

namespace gpuscaler::scaling {

inline constexpr base::SteadyTime kNow = base::SteadyTime(std::chrono::hours(5));

inline base::Duration Seconds(double seconds) {
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
}

inline telemetry::GpuSnapshot MakeGpu(uint32_t index) {
  telemetry::GpuSnapshot gpu;
  auto identity = std::make_shared<telemetry::GpuIdentity>();
  identity->index = index;
  identity->uuid = "GPU-" + std::to_string(index);
  identity->name = "NVIDIA H100 80GB HBM3";
  gpu.identity = std::move(identity);
  return gpu;
}

inline telemetry::GpuSnapshot MakeGpu(uint32_t index, catalog::Metric metric, double value,
                                      base::Duration age = {}) {
  telemetry::GpuSnapshot gpu = MakeGpu(index);
  gpu.readings.Set(metric, value, kNow - age);
  return gpu;
}

// A node whose lanes have all been read just now.
inline telemetry::Snapshot MakeNode(std::string name, std::vector<telemetry::GpuSnapshot> gpus) {
  telemetry::Snapshot node;
  node.node = std::move(name);
  node.taken_at = kNow;
  node.gpus = std::move(gpus);
  for (telemetry::LaneState& lane : node.lanes) lane.sampled_at = kNow;
  return node;
}

// A node from which nothing has ever come.
inline telemetry::Snapshot MakeSilentNode(std::string name, absl::Status status) {
  telemetry::Snapshot node;
  node.node = std::move(name);
  node.taken_at = kNow;
  for (telemetry::LaneState& lane : node.lanes) lane.status = status;
  return node;
}

inline std::shared_ptr<const telemetry::View> MakeView(std::vector<telemetry::Snapshot> nodes) {
  std::vector<std::shared_ptr<const telemetry::Snapshot>> snapshots;
  for (telemetry::Snapshot& node : nodes) {
    snapshots.push_back(std::make_shared<const telemetry::Snapshot>(std::move(node)));
  }
  return std::make_shared<const telemetry::View>(std::move(snapshots));
}

// One node, node-a, whose GPUs have these values of `metric`.
inline std::shared_ptr<const telemetry::View> MakeView(catalog::Metric metric,
                                                       const std::vector<double>& values) {
  std::vector<telemetry::GpuSnapshot> gpus;
  for (const double value : values) {
    gpus.push_back(MakeGpu(static_cast<uint32_t>(gpus.size()), metric, value));
  }
  return MakeView({MakeNode("node-a", std::move(gpus))});
}

}  // namespace gpuscaler::scaling
