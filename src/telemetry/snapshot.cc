#include "telemetry/snapshot.h"

#include <algorithm>

namespace gpuscaler::telemetry {

const GpuSnapshot* FindGpu(const Snapshot& snapshot, std::string_view uuid) {
  const auto found =
      std::find_if(snapshot.gpus.begin(), snapshot.gpus.end(),
                   [uuid](const GpuSnapshot& gpu) { return gpu.identity->uuid == uuid; });
  return found == snapshot.gpus.end() ? nullptr : &*found;
}

bool SameGpus(const Snapshot& a, const Snapshot& b) {
  return std::equal(
      a.gpus.begin(), a.gpus.end(), b.gpus.begin(), b.gpus.end(),
      [](const auto& one, const auto& other) { return one.identity == other.identity; });
}

}  // namespace gpuscaler::telemetry
