// A snapshot of one node as the tests of its text forms know it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

inline constexpr base::SteadyTime kSampledAt{std::chrono::seconds(1000)};

inline GpuSnapshot Gpu(uint32_t index, std::string uuid, std::string name, std::string pci) {
  GpuSnapshot gpu;
  gpu.identity = std::make_shared<const GpuIdentity>(
      GpuIdentity{index, std::move(uuid), std::move(name), std::move(pci), {}});
  return gpu;
}

// 2026-01-31T12:00:00.5Z: GPU 0 reads four metrics, GPU 1 is lost.
inline Snapshot Example() {
  using catalog::Metric;
  Snapshot snapshot;
  snapshot.node = "node-1";
  snapshot.taken_at = kSampledAt;
  snapshot.taken_at_wall = base::WallTime(std::chrono::milliseconds(1769860800500));
  for (LaneState& lane : snapshot.lanes) lane.sampled_at = kSampledAt;
  GpuSnapshot busy = Gpu(0, "GPU-aa", "NVIDIA \"H100\", 80GB", "00000000:01:00.0");
  busy.readings.Set(Metric::kGpuUtilization, 37, kSampledAt);
  busy.readings.Set(Metric::kMemoryUsedMib, 0, kSampledAt);
  busy.readings.SetUnsupported(Metric::kTemperature);
  busy.readings.Set(Metric::kPowerDraw, 310.25, kSampledAt);
  busy.readings.Set(Metric::kNvlinkRxMbps, 0.1, kSampledAt);
  GpuSnapshot lost = Gpu(1, "GPU-bb", "NVIDIA H100", "00000000:02:00.0");
  lost.status = absl::UnavailableError("GPU is lost");
  snapshot.gpus = {busy, lost};
  return snapshot;
}

}  // namespace gpuscaler::telemetry
