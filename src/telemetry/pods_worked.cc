#include "telemetry/pods_worked.h"

#include <algorithm>
#include <tuple>

namespace gpuscaler::telemetry {
namespace {

// What NVML's utilization looks back over at most: before that it may still tell
// of the pod that had the GPU before.
constexpr base::Duration kNvmlWindow = std::chrono::seconds(1);

// As it was found in `previous`: the same name, and not a younger pod of it, as
// a StatefulSet makes them.
bool HadWorked(const Snapshot& previous, const Pod& pod) {
  if (previous.ownership == nullptr) return false;
  const auto& pods = previous.ownership->pods;
  const auto found = std::find_if(pods.begin(), pods.end(), [&pod](const Pod& earlier) {
    return std::tie(earlier.name, earlier.pod_namespace, earlier.appeared_at) ==
           std::tie(pod.name, pod.pod_namespace, pod.appeared_at);
  });
  if (found == pods.end()) return false;
  return previous.pods_worked[static_cast<size_t>(found - pods.begin())];
}

}  // namespace

bool IsBusy(const Snapshot& node, const Pod& pod) {
  return std::any_of(pod.gpus.begin(), pod.gpus.end(), [&node, &pod](const std::string& uuid) {
    const GpuSnapshot* gpu = FindGpu(node, uuid);
    if (gpu == nullptr) return false;
    const Reading& reading = gpu->readings[catalog::Metric::kGpuUtilization];
    return reading.state == ReadingState::kValue && reading.value > kIdlePercent &&
           (!pod.appeared_at || reading.sampled_at > *pod.appeared_at + kNvmlWindow);
  });
}

std::vector<bool> PodsWorked(const Snapshot& previous, const Snapshot& next) {
  if (next.ownership == nullptr) return {};
  const auto& pods = next.ownership->pods;
  std::vector<bool> worked(pods.size());
  const bool same = previous.ownership == next.ownership;
  for (size_t i = 0; i < pods.size(); ++i) {
    const bool had = same ? previous.pods_worked[i] : HadWorked(previous, pods[i]);
    worked[i] = had || IsBusy(next, pods[i]);
  }
  return worked;
}

const GpuSnapshot* FindGpu(const Snapshot& snapshot, std::string_view uuid) {
  const auto found =
      std::find_if(snapshot.gpus.begin(), snapshot.gpus.end(),
                   [uuid](const GpuSnapshot& gpu) { return gpu.identity->uuid == uuid; });
  return found == snapshot.gpus.end() ? nullptr : &*found;
}

}  // namespace gpuscaler::telemetry
