// Snapshots of made-up nodes for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fleet/report_writer.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

inline constexpr base::SteadyTime kNow{std::chrono::hours(3)};

inline base::Duration Seconds(double seconds) {
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
}

// GPU i has the UUID "NODE-i" and this utilization, read at `at`.
inline telemetry::Snapshot MakeNode(const std::string& name, const std::vector<double>& gpus,
                                    base::SteadyTime at = kNow, uint64_t sequence = 1) {
  telemetry::Snapshot node;
  node.node = name;
  node.sequence = sequence;
  node.taken_at = at;
  for (telemetry::LaneState& lane : node.lanes) lane.sampled_at = at;
  for (const double utilization : gpus) {
    telemetry::GpuSnapshot gpu;
    telemetry::GpuIdentity identity;
    identity.index = static_cast<uint32_t>(node.gpus.size());
    identity.uuid = name + "-" + std::to_string(identity.index);
    identity.name = "NVIDIA H100";
    gpu.identity = std::make_shared<const telemetry::GpuIdentity>(std::move(identity));
    gpu.readings.Set(catalog::Metric::kGpuUtilization, utilization, at);
    node.gpus.push_back(std::move(gpu));
  }
  return node;
}

inline std::shared_ptr<const telemetry::Snapshot> Shared(telemetry::Snapshot node) {
  return std::make_shared<const telemetry::Snapshot>(std::move(node));
}

// One pod, ns/NAME, that holds this GPU, after those in order that the node lists.
inline void HoldGpu(telemetry::Snapshot& node, const std::string& name, const std::string& uuid,
                    std::optional<base::SteadyTime> appeared_at = {}, bool worked = false,
                    base::SteadyTime listed_at = kNow) {
  auto ownership = node.ownership == nullptr
                       ? std::make_shared<telemetry::Ownership>()
                       : std::make_shared<telemetry::Ownership>(*node.ownership);
  ownership->listed_at = listed_at;
  ownership->pods.push_back({"ns", name, appeared_at, {uuid}});
  node.ownership = std::move(ownership);
  node.pods_worked.push_back(worked);
}
// GPU 0.
inline void Hold(telemetry::Snapshot& node, const std::string& name,
                 std::optional<base::SteadyTime> appeared_at, bool worked,
                 base::SteadyTime listed_at = kNow) {
  HoldGpu(node, name, node.gpus[0].identity->uuid, appeared_at, worked, listed_at);
}

// The first report of a stream.
inline telemetry::v1::NodeReport FirstReport(telemetry::Snapshot node,
                                             base::SteadyTime now = kNow) {
  return ReportWriter("1.0").Next(Shared(std::move(node)), now);
}

}  // namespace gpuscaler::fleet
