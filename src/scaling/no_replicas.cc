#include "scaling/no_replicas.h"

#include <string>
#include <vector>

#include "base/strings.h"
#include "catalog/metrics.h"
#include "scaling/listed.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

using telemetry::Snapshot;

// "node-a: who holds its GPUs is not known: the kubelet ...".
std::string WhyUntold(const Snapshot& node, base::SteadyTime now) {
  if (node.ownership == nullptr) {
    return base::StrCat(node.node, " does not ask its kubelet who holds its GPUs");
  }
  const telemetry::Ownership& ownership = *node.ownership;
  const bool ever = ownership.listed_at != base::SteadyTime();
  return base::StrCat(node.node, ": who holds its GPUs is not known",
                      ever ? base::StrCat(" for ", base::FormatSeconds(now - ownership.listed_at))
                           : std::string(" yet"),
                      ownership.status.ok() ? "" : ": ", base::Message(ownership.status));
}

std::string WhyMissing(const Trigger& trigger, const Replica& replica, base::SteadyTime now) {
  for (const ReplicaPod& pod : replica.pods) {
    if (pod.state != ReplicaState::kMissing) continue;
    if (!pod.told) return base::StrCat(replica.name, " on ", WhyUntold(*pod.node, now));
    if (pod.gpus.empty()) {
      return base::StrCat(replica.name, " holds ", pod.pod->gpus.front(), ", which ",
                          pod.node->node, " does not show");
    }
    return base::StrCat(replica.name, " on ", WhichGpu(pod.gpus.front()), ": ",
                        WhyLeftOut(pod.gpus.front(), trigger.metric, now));
  }
  return std::string(replica.name);
}

}  // namespace

absl::Status NoneOfItsGpusCounts(const Trigger& trigger, const Evaluation& evaluation) {
  std::vector<std::string> gpus;
  for (const GpuPart& part : evaluation.workload.outside) {
    gpus.push_back(base::StrCat(WhichGpu(part), ": ",
                                WhyLeftOut(part, trigger.metric, evaluation.evaluated_at)));
  }
  return absl::FailedPreconditionError(
      base::StrCat(catalog::Row(trigger.metric).name, " of ", WhichWorkload(*trigger.workload),
                   ": none of its GPUs counts: ", Listed(gpus, "; ")));
}

absl::Status NoNodeYet(const Trigger& trigger, base::Duration wait) {
  return absl::UnavailableError(
      base::StrCat("no replica of ", WhichWorkload(*trigger.workload),
                   " is known, and no node has reported yet; if none does for ",
                   base::FormatSeconds(wait), " more, there is none"));
}

absl::Status NobodyTells(const Trigger& trigger, const Evaluation& evaluation) {
  const telemetry::UntoldNodes& untold = evaluation.workload.untold;
  std::vector<std::string> why;
  for (const Snapshot* node : untold.first) {
    why.push_back(WhyUntold(*node, evaluation.evaluated_at));
  }
  return absl::UnavailableError(base::StrCat(
      "no replica of ", WhichWorkload(*trigger.workload),
      " is known, and it may be where nobody tells: ", Listed(why, untold.count, "; ")));
}

absl::Status TooFewReplicas(const Trigger& trigger, const Evaluation& evaluation) {
  const WorkloadParts& workload = evaluation.workload;
  const size_t known = workload.fresh + workload.warming + workload.missing;
  const double percent = 100 * static_cast<double>(workload.fresh) / static_cast<double>(known);
  std::vector<std::string> missing;
  for (const Replica& replica : workload.replicas) {
    if (replica.state == ReplicaState::kMissing) {
      missing.push_back(WhyMissing(trigger, replica, evaluation.evaluated_at));
    }
  }
  const bool none = workload.fresh + workload.warming == 0;
  return absl::UnavailableError(base::StrCat(
      "only ", workload.fresh, " of ", known, " replicas of ", WhichWorkload(*trigger.workload),
      " (", NumberText(percent), "%) have a fresh ", catalog::Row(trigger.metric).name,
      none ? std::string()
           : base::StrCat(", less than minCoveragePercent (",
                          NumberText(trigger.min_coverage_percent), "%)"),
      missing.empty() ? "" : "; missing: ", Listed(missing, "; ")));
}

}  // namespace gpuscaler::scaling
