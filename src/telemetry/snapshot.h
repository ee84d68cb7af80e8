// What is known of one node's GPUs at one moment: a complete value, published
// as shared_ptr<const Snapshot> and never changed afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "telemetry/ownership.h"
#include "telemetry/readings.h"

namespace gpuscaler::telemetry {

// What does not change while a driver stays loaded.
struct GpuIdentity {
  uint32_t index = 0;  // NVML's index on its node
  std::string uuid;    // "GPU-..."
  std::string name;    // "NVIDIA H100 80GB HBM3"
  std::string pci_bus_id;
  std::optional<uint32_t> minor;  // N of its device file /dev/nvidiaN
};

struct GpuSnapshot {
  std::shared_ptr<const GpuIdentity> identity;
  // Not OK: this GPU cannot be read at all (lost, needs a reset). Its readings
  // are then gone, not old.
  absl::Status status;
  // By lane: why the newest attempt at one of its readings failed; OK when none
  // did. The readings keep their earlier values and age.
  std::array<absl::Status, catalog::kLaneCount> reading_failures;
  Readings readings;
};

struct LaneState {
  base::SteadyTime sampled_at = {};  // end of the newest successful read; {}: none yet
  absl::Status status;               // of the newest attempt
};

struct Snapshot {
  std::string node;
  uint64_t sequence = 0;  // grows by one with each snapshot of a node
  base::SteadyTime taken_at = {};
  base::WallTime taken_at_wall = {};
  std::vector<GpuSnapshot> gpus;  // ascending index
  std::array<LaneState, catalog::kLaneCount> lanes;
  std::shared_ptr<const Ownership> ownership;  // nullptr: nobody asks who holds the GPUs
  // By place in ownership->pods: one of its GPUs has been seen busy since it
  // holds it, so the pod works; until then it may be loading its model.
  std::vector<bool> pods_worked;

  const LaneState& lane(catalog::Lane lane) const { return lanes[static_cast<size_t>(lane)]; }
  LaneState& lane(catalog::Lane lane) { return lanes[static_cast<size_t>(lane)]; }
};

// nullptr: the node has no such GPU.
const GpuSnapshot* FindGpu(const Snapshot& snapshot, std::string_view uuid);

// Its GPUs are not known: nothing has come from it, or its driver is gone before it could
// name one.
bool IsUnknown(const Snapshot& snapshot);

// Whether both have the same GPUs as they were once identified, in the same order.
bool SameGpus(const Snapshot& a, const Snapshot& b);

}  // namespace gpuscaler::telemetry
