#include "telemetry/pods_worked.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace gpuscaler::telemetry {
namespace {

// What NVML's utilization looks back over at most: before that it may still tell
// of the pod that had the GPU before.
constexpr base::Duration kNvmlWindow = std::chrono::seconds(1);

auto NameOf(const Pod& pod) {
  return std::tie(pod.pod_namespace, pod.name);
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
  std::span<const Pod> earlier;
  if (previous.ownership != nullptr) earlier = previous.ownership->pods;
  std::vector<bool> worked(pods.size());
  size_t place = 0;  // in `earlier`, which is in the same order
  for (size_t i = 0; i < pods.size(); ++i) {
    while (place < earlier.size() && NameOf(earlier[place]) < NameOf(pods[i])) ++place;
    // A younger pod of the name, as a StatefulSet makes them, is another one.
    const bool same = place < earlier.size() && NameOf(earlier[place]) == NameOf(pods[i]) &&
                      earlier[place].appeared_at == pods[i].appeared_at;
    worked[i] = (same && previous.pods_worked[place]) || IsBusy(next, pods[i]);
  }
  return worked;
}

}  // namespace gpuscaler::telemetry
