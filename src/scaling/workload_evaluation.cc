#include "scaling/workload_evaluation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "scaling/aggregate.h"
#include "scaling/no_replicas.h"
#include "scaling/workload_value.h"

namespace gpuscaler::scaling {
namespace {

// Whether the replicas allow a value.
absl::Status CheckReplicas(const Trigger& trigger, const EvaluationLimits& limits,
                           const Evaluation& evaluation) {
  const WorkloadParts& workload = evaluation.workload;
  const size_t known = workload.fresh + workload.warming + workload.missing;
  if (known == 0) {
    if (!workload.outside.empty()) return NoneOfItsGpusCounts(trigger, evaluation);
    if (evaluation.view->nodes().empty() && evaluation.evaluated_at < limits.empty_until) {
      return NoNodeYet(trigger, limits.empty_until - evaluation.evaluated_at);
    }
    return workload.untold.count == 0 ? absl::OkStatus() : NobodyTells(trigger, evaluation);
  }
  if (workload.fresh + workload.warming == 0) return TooFewReplicas(trigger, evaluation);
  const double percent = 100 * static_cast<double>(workload.fresh) / static_cast<double>(known);
  return percent >= trigger.min_coverage_percent ? absl::OkStatus()
                                                 : TooFewReplicas(trigger, evaluation);
}

// Takes the GPUs of the fresh replicas, each once though several pods hold it.
void CountWorkload(const Trigger& trigger, Evaluation& evaluation) {
  std::set<const telemetry::GpuSnapshot*> seen;
  std::set<const telemetry::Snapshot*> nodes;
  std::set<const telemetry::Snapshot*> fresh_nodes;
  for (const Replica& replica : evaluation.workload.replicas) {
    for (const ReplicaPod& pod : replica.pods) {
      nodes.insert(pod.node);
      if (replica.state != ReplicaState::kFresh) continue;
      for (const GpuPart& part : pod.gpus) {
        if (!seen.insert(part.gpu).second) continue;
        evaluation.gpus.push_back(part);
        if (part.part != Part::kCounted) continue;
        ++evaluation.counted;
        fresh_nodes.insert(pod.node);
        if (part.value > trigger.activation_threshold) evaluation.exceeds = true;
      }
    }
  }
  evaluation.nodes = nodes.size();
  evaluation.fresh_nodes = fresh_nodes.size();
}

}  // namespace

absl::Status EvaluateWorkload(const Trigger& trigger, const EvaluationLimits& limits,
                              const Past& past, Evaluation& evaluation) {
  auto parts = FindReplicas(trigger, *evaluation.view, evaluation.evaluated_at, limits,
                            past.none_worked_since);
  if (!parts.ok()) return parts.status();
  evaluation.workload = *std::move(parts);
  const WorkloadParts& workload = evaluation.workload;
  const ReplicaCounts counts = {workload.fresh, workload.warming, workload.missing};
  if (absl::Status enough = CheckReplicas(trigger, limits, evaluation); !enough.ok()) {
    return enough;
  }

  CountWorkload(trigger, evaluation);
  if (workload.fresh > 0) {
    if (absl::Status terms = CheckTerms(trigger, evaluation); !terms.ok()) return terms;
    evaluation.aggregate = trigger.pod_aggregation ? AggregateByPod(trigger, evaluation)
                                                   : Aggregate(trigger.aggregation, evaluation);
    evaluation.value = std::max(WorkloadValue(trigger, evaluation.aggregate, counts), 0.0);
  } else if (workload.warming > 0) {
    evaluation.held = true;
    evaluation.value = HeldValue(trigger, counts);
  }
  return absl::OkStatus();
}

}  // namespace gpuscaler::scaling
