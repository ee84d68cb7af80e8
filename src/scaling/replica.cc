#include "scaling/replica.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/strings.h"
#include "telemetry/pods_worked.h"

namespace gpuscaler::scaling {
namespace {

using telemetry::Pod;
using telemetry::Snapshot;

bool IsTold(const Snapshot& node, base::SteadyTime now, base::Duration stale_after) {
  return node.ownership != nullptr && node.ownership->listed_at != base::SteadyTime() &&
         now - node.ownership->listed_at <= stale_after;
}

std::optional<std::string_view> ReplicaOf(const WorkloadRef& workload, const Pod& pod) {
  if (pod.pod_namespace != workload.pod_namespace) return std::nullopt;
  return workload.kind->replica(pod.name, workload.name);
}

// Weights are loading: nothing has run on its GPUs since it came. Where the
// hardware does not tell utilization, the metric itself must say so.
bool IsIdle(const ReplicaPod& pod, bool worked) {
  if (worked || telemetry::IsBusy(*pod.node, *pod.pod)) return false;
  return std::all_of(pod.gpus.begin(), pod.gpus.end(), [](const GpuPart& part) {
    const bool told = part.gpu->readings.Value(catalog::Metric::kGpuUtilization).has_value();
    return told || part.value <= telemetry::kIdlePercent;
  });
}

class Finder {
 public:
  Finder(const Trigger& trigger, base::SteadyTime now, const EvaluationLimits& limits)
      : trigger_(trigger), workload_(*trigger.workload), now_(now), limits_(limits) {}

  absl::Status Add(const Snapshot& node) {
    const bool told = IsTold(node, now_, limits_.stale_after);
    if (!told) parts_.untold.push_back(&node);
    if (node.ownership == nullptr) return absl::OkStatus();
    const bool forgotten = now_ - node.ownership->listed_at > limits_.forget_after;
    if (forgotten) return absl::OkStatus();
    const std::vector<Pod>& pods = node.ownership->pods;
    std::vector<std::optional<std::string_view>> replicas;
    replicas.reserve(pods.size());
    for (const Pod& pod : pods) replicas.push_back(ReplicaOf(workload_, pod));
    for (size_t i = 0; i < pods.size(); ++i) {
      if (!replicas[i]) continue;
      ReplicaPod read = Read(node, pods[i], told, node.pods_worked[i]);
      if (read.state != ReplicaState::kMissing) {
        if (absl::Status alone = CheckAlone(node, i, replicas); !alone.ok()) return alone;
      }
      pods_[*replicas[i]].push_back(std::move(read));
    }
    return absl::OkStatus();
  }

  WorkloadParts Finish() {
    for (auto& [name, pods] : pods_) {
      DropEarlierPods(pods);
      const ReplicaState state = StateOf(pods);
      parts_.replicas.push_back({name, state, std::move(pods)});
    }
    if (!workload_.kind->stable_names) DropReplaced();
    // The trigger speaks of none of them: there is nothing to be missed.
    size_t pods = 0;
    for (const Replica& replica : parts_.replicas) pods += replica.pods.size();
    if (!parts_.outside.empty() && pods == parts_.outside.size()) parts_.replicas.clear();
    for (const Replica& replica : parts_.replicas) {
      switch (replica.state) {
        case ReplicaState::kFresh:
          ++parts_.fresh;
          break;
        case ReplicaState::kWarming:
          ++parts_.warming;
          break;
        case ReplicaState::kMissing:
          ++parts_.missing;
          break;
      }
    }
    return std::move(parts_);
  }

 private:
  // Fresh only where each of its GPUs is: a part of its load would pass for the
  // whole. One that is lost has no load, and drops out.
  ReplicaPod Read(const Snapshot& node, const Pod& pod, bool told, bool worked) {
    ReplicaPod read = {&node, &pod, ReplicaState::kMissing, {}};
    size_t counted = 0;
    size_t unknown = 0;
    size_t others = 0;
    for (const std::string& uuid : pod.gpus) {
      const telemetry::GpuSnapshot* gpu = telemetry::FindGpu(node, uuid);
      if (gpu == nullptr) {
        ++unknown;
        continue;
      }
      read.gpus.push_back(Judge(trigger_, node, *gpu, now_, limits_.stale_after));
      const Part part = read.gpus.back().part;
      if (part == Part::kCounted) ++counted;
      if (part == Part::kStale || part == Part::kNeverRead) ++unknown;
      if (!IsExpected(part)) ++others;
    }
    if (others > 0 && others == pod.gpus.size()) {
      parts_.outside.push_back(read.gpus.front());
      return read;
    }
    if (!told || unknown > 0 || counted == 0) return read;
    const bool young = pod.appeared_at && now_ - *pod.appeared_at < trigger_.warmup;
    read.state = young && IsIdle(read, worked) ? ReplicaState::kWarming : ReplicaState::kFresh;
    return read;
  }

  absl::Status CheckAlone(const Snapshot& node, size_t place,
                          const std::vector<std::optional<std::string_view>>& replicas) const {
    if (trigger_.shared_gpus == SharedGpus::kWhole) return absl::OkStatus();
    const std::vector<Pod>& pods = node.ownership->pods;
    const Pod& pod = pods[place];
    for (size_t i = 0; i < pods.size(); ++i) {
      if (replicas[i]) continue;  // its own, this one too
      for (const std::string& uuid : pods[i].gpus) {
        if (std::find(pod.gpus.begin(), pod.gpus.end(), uuid) == pod.gpus.end()) continue;
        return absl::FailedPreconditionError(base::StrCat(
            "GPU ", uuid, " of ", node.node, " is shared: ", pod.pod_namespace, "/", pod.name,
            " and ", pods[i].pod_namespace, "/", pods[i].name,
            " hold it, and its readings do not tell whose load they are; with sharedGpus: whole it"
            " counts whole for each workload"));
      }
    }
    return absl::OkStatus();
  }

  // A pod that has come up on another node under its old name, as a
  // StatefulSet's do: what its silent node still says of it is past.
  static void DropEarlierPods(std::vector<ReplicaPod>& pods) {
    std::erase_if(pods, [&pods](const ReplicaPod& pod) {
      return pod.state == ReplicaState::kMissing &&
             std::any_of(pods.begin(), pods.end(), [&pod](const ReplicaPod& other) {
               return other.state != ReplicaState::kMissing && other.pod->name == pod.pod->name;
             });
    });
  }

  static ReplicaState StateOf(const std::vector<ReplicaPod>& pods) {
    const auto is = [](ReplicaState state) {
      return [state](const ReplicaPod& pod) { return pod.state == state; };
    };
    if (std::any_of(pods.begin(), pods.end(), is(ReplicaState::kMissing))) {
      return ReplicaState::kMissing;
    }
    // A group works once one of its pods does.
    return std::all_of(pods.begin(), pods.end(), is(ReplicaState::kWarming))
               ? ReplicaState::kWarming
               : ReplicaState::kFresh;
  }

  // Each replica that came after a missing one was last told of takes the place
  // of one of these.
  void DropReplaced() {
    std::vector<base::SteadyTime> came;
    for (const Replica& replica : parts_.replicas) {
      const Pod& first = *replica.pods.front().pod;
      if (replica.state != ReplicaState::kMissing && first.appeared_at) {
        came.push_back(*first.appeared_at);
      }
    }
    std::sort(came.begin(), came.end());
    std::erase_if(parts_.replicas, [&](const Replica& replica) {
      if (replica.state != ReplicaState::kMissing) return false;
      const Snapshot& node = *replica.pods.front().node;
      if (IsTold(node, now_, limits_.stale_after)) return false;  // it is there, unread
      const auto next = std::upper_bound(came.begin(), came.end(), node.ownership->listed_at);
      if (next == came.end()) return false;
      came.erase(next);
      return true;
    });
  }

  const Trigger& trigger_;
  const WorkloadRef& workload_;
  const base::SteadyTime now_;
  const EvaluationLimits& limits_;
  std::map<std::string_view, std::vector<ReplicaPod>> pods_;  // by replica
  WorkloadParts parts_;
};

}  // namespace

absl::StatusOr<WorkloadParts> FindReplicas(const Trigger& trigger, const telemetry::View& view,
                                           base::SteadyTime now, const EvaluationLimits& limits) {
  const bool nobody_asks = !view.nodes.empty() &&
                           std::all_of(view.nodes.begin(), view.nodes.end(),
                                       [](const auto& node) { return node->ownership == nullptr; });
  if (nobody_asks) {
    return absl::FailedPreconditionError(base::StrCat(
        "workload ", WhichWorkload(*trigger.workload),
        ": which pods hold the GPUs is not known, because no node asks its kubelet; mount the"
        " PodResources socket and see --pod-resources-socket"));
  }
  Finder finder(trigger, now, limits);
  for (const auto& node : view.nodes) {
    if (absl::Status added = finder.Add(*node); !added.ok()) return added;
  }
  return finder.Finish();
}

std::string WhichWorkload(const WorkloadRef& workload) {
  return base::StrCat(workload.kind->name, "/", workload.name, " in namespace ",
                      workload.pod_namespace);
}

}  // namespace gpuscaler::scaling
