#include "telemetry/snapshot.h"

#include <algorithm>

namespace gpuscaler::telemetry {

const GpuSnapshot* FindGpu(const Snapshot& snapshot, std::string_view uuid) {
  const auto found =
      std::find_if(snapshot.gpus.begin(), snapshot.gpus.end(),
                   [uuid](const GpuSnapshot& gpu) { return gpu.identity->uuid == uuid; });
  return found == snapshot.gpus.end() ? nullptr : &*found;
}

bool IsUnknown(const Snapshot& snapshot) {
  return snapshot.gpus.empty() &&
         std::none_of(snapshot.lanes.begin(), snapshot.lanes.end(), [](const LaneState& state) {
           return state.sampled_at != base::SteadyTime() && state.status.ok();
         });
}

bool SameGpus(const Snapshot& a, const Snapshot& b) {
  return std::equal(
      a.gpus.begin(), a.gpus.end(), b.gpus.begin(), b.gpus.end(),
      [](const auto& one, const auto& other) { return one.identity == other.identity; });
}

}  // namespace gpuscaler::telemetry
