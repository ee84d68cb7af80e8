#include "scaling/shared_gpu.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"

namespace gpuscaler::scaling {
namespace {

struct Holding {
  std::string_view gpu;
  size_t place;  // of the pod
};

}  // namespace

absl::Status CheckAlone(const telemetry::Snapshot& node, const std::vector<bool>& own,
                        std::span<const size_t> places) {
  const std::vector<telemetry::Pod>& pods = node.ownership->pods;
  std::vector<Holding> held;
  for (const size_t place : places) {
    for (const std::string& gpu : pods[place].gpus) held.push_back({gpu, place});
  }
  // Of several own pods on a GPU the first one comes first.
  std::stable_sort(held.begin(), held.end(),
                   [](const Holding& a, const Holding& b) { return a.gpu < b.gpu; });
  for (size_t i = 0; i < pods.size(); ++i) {
    if (own[i]) continue;
    for (const std::string& gpu : pods[i].gpus) {
      const auto found = std::partition_point(
          held.begin(), held.end(), [&gpu](const Holding& holding) { return holding.gpu < gpu; });
      if (found == held.end() || found->gpu != gpu) continue;
      const telemetry::Pod& pod = pods[found->place];
      return absl::FailedPreconditionError(base::StrCat(
          "GPU ", gpu, " of ", node.node, " is shared: ", pod.pod_namespace, "/", pod.name, " and ",
          pods[i].pod_namespace, "/", pods[i].name,
          " hold it, and its readings do not tell whose load they are; with sharedGpus: whole it"
          " counts whole for each workload"));
    }
  }
  return absl::OkStatus();
}

}  // namespace gpuscaler::scaling
