#include "scaling/replica.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/strings.h"
#include "scaling/own_pods.h"
#include "scaling/shared_gpu.h"
#include "telemetry/pods_worked.h"

namespace gpuscaler::scaling {
namespace {

using telemetry::Pod;
using telemetry::Snapshot;

// How many nodes that do not tell are named.
constexpr size_t kMostUntoldNamed = 3;

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
  Finder(const Trigger& trigger, base::SteadyTime now, const EvaluationLimits& limits,
         std::optional<base::SteadyTime> none_worked_since)
      : trigger_(trigger),
        workload_(*trigger.workload),
        now_(now),
        limits_(limits),
        own_pods_(workload_),
        may_warm_(!none_worked_since || now - *none_worked_since <= 2 * trigger.warmup) {}

  // All nodes are heard before any is added.
  void Hear(const Snapshot& node) {
    if (IsForgotten(node)) return;
    for (const Pod& pod : node.ownership->pods) own_pods_.Hear(pod);
  }

  absl::Status Add(const Snapshot& node) {
    if (IsForgotten(node)) return absl::OkStatus();
    const bool told = telemetry::ToldAt(node) >= now_ - limits_.stale_after;
    const std::vector<Pod>& pods = node.ownership->pods;
    std::vector<bool> own(pods.size());
    std::vector<size_t> read;  // places of those that are not missing
    for (size_t i = 0; i < pods.size(); ++i) {
      const auto replica = own_pods_.ReplicaOf(pods[i]);
      if (!replica) continue;
      own[i] = true;
      const ReplicaPod& pod =
          pods_[*replica].emplace_back(Read(node, pods[i], told, node.pods_worked[i]));
      if (pod.state != ReplicaState::kMissing) read.push_back(i);
    }
    if (trigger_.shared_gpus == SharedGpus::kWhole) return absl::OkStatus();
    return CheckAlone(node, own, read);
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
          if (HasWorked(replica)) ++parts_.working;
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
  bool IsForgotten(const Snapshot& node) const {
    return telemetry::ToldAt(node) < now_ - limits_.forget_after;
  }

  // Fresh only where each of its GPUs is: a part of its load would pass for the
  // whole. One that is lost has no load, and drops out.
  ReplicaPod Read(const Snapshot& node, const Pod& pod, bool told, bool worked) {
    ReplicaPod read = {&node, &pod, ReplicaState::kMissing, told, false, {}};
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
    read.idle = IsIdle(read, worked);
    read.state = young && read.idle && may_warm_ ? ReplicaState::kWarming : ReplicaState::kFresh;
    return read;
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

  static bool HasWorked(const Replica& replica) {
    return std::any_of(replica.pods.begin(), replica.pods.end(),
                       [](const ReplicaPod& pod) { return !pod.idle; });
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
      const ReplicaPod& first = replica.pods.front();
      if (first.told) return false;  // it is there, unread
      const auto next =
          std::upper_bound(came.begin(), came.end(), first.node->ownership->listed_at);
      if (next == came.end()) return false;
      came.erase(next);
      return true;
    });
  }

  const Trigger& trigger_;
  const WorkloadRef& workload_;
  const base::SteadyTime now_;
  const EvaluationLimits& limits_;
  OwnPods own_pods_;
  const bool may_warm_;
  std::map<std::string_view, std::vector<ReplicaPod>> pods_;  // by replica
  WorkloadParts parts_;
};

}  // namespace

std::string_view StateName(ReplicaState state) {
  switch (state) {
    case ReplicaState::kFresh:
      return "fresh";
    case ReplicaState::kWarming:
      return "warming";
    case ReplicaState::kMissing:
      return "missing";
  }
  return "";
}

absl::StatusOr<WorkloadParts> FindReplicas(const Trigger& trigger, const telemetry::View& view,
                                           base::SteadyTime now, const EvaluationLimits& limits,
                                           std::optional<base::SteadyTime> none_worked_since) {
  if (!view.nodes().empty() && !view.anybody_asks()) {
    return absl::FailedPreconditionError(base::StrCat(
        "workload ", WhichWorkload(*trigger.workload),
        ": which pods hold the GPUs is not known, because no node asks its kubelet; mount the"
        " PodResources socket and see --pod-resources-socket"));
  }
  Finder finder(trigger, now, limits, none_worked_since);
  const WorkloadRef& workload = *trigger.workload;
  const auto nodes = view.NodesOf(*workload.kind, workload.pod_namespace, workload.name);
  for (const Snapshot* node : nodes) finder.Hear(*node);
  for (const Snapshot* node : nodes) {
    if (absl::Status added = finder.Add(*node); !added.ok()) return added;
  }
  WorkloadParts parts = finder.Finish();
  parts.untold = view.UntoldSince(now - limits.stale_after, kMostUntoldNamed);
  return parts;
}

std::string WhichWorkload(const WorkloadRef& workload) {
  return base::StrCat(workload.kind->name, "/", workload.name, " in namespace ",
                      workload.pod_namespace);
}

}  // namespace gpuscaler::scaling
