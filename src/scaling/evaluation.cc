#include "scaling/evaluation.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <set>
#include <span>
#include <utility>

#include "catalog/aggregations.h"
#include "scaling/activation.h"
#include "scaling/engine_value.h"
#include "scaling/no_value.h"
#include "scaling/workload_value.h"

namespace gpuscaler::scaling {
namespace {

// Far above any reading, and still exact in KEDA's thousandths: only a sum of
// nonsense ends here.
constexpr double kLargestValue = 9e12;

// Judges every GPU and counts; answers whether one exceeds the threshold.
bool JudgeAll(const Trigger& trigger, base::SteadyTime now, base::Duration stale_after,
              Evaluation& evaluation) {
  size_t gpus = 0;
  for (const auto& node : evaluation.view->nodes()) gpus += node->gpus.size();
  evaluation.gpus.reserve(gpus);

  bool exceeds = false;
  for (const auto& node : evaluation.view->nodes()) {
    bool expected = node->gpus.empty() && IsUnknown(*node);
    const size_t counted_before = evaluation.counted;
    for (const telemetry::GpuSnapshot& gpu : node->gpus) {
      const GpuPart part = Judge(trigger, *node, gpu, now, stale_after);
      evaluation.gpus.push_back(part);
      expected = expected || IsExpected(part.part);
      if (part.part != Part::kCounted) continue;
      ++evaluation.counted;
      exceeds = exceeds || part.value > trigger.activation_threshold;
    }
    if (expected) ++evaluation.nodes;
    if (evaluation.counted > counted_before) ++evaluation.fresh_nodes;
  }
  return exceeds;
}

double Combined(catalog::Aggregation aggregation, std::span<double> values) {
  return std::clamp(catalog::Row(aggregation).combine(values), -kLargestValue, kLargestValue);
}

double Aggregate(catalog::Aggregation aggregation, const Evaluation& evaluation) {
  std::array<double, 64> few;
  std::vector<double> many;
  if (evaluation.counted > few.size()) many.resize(evaluation.counted);
  const std::span<double> values =
      many.empty() ? std::span<double>(few).first(evaluation.counted) : std::span<double>(many);
  size_t place = 0;
  for (const GpuPart& part : evaluation.gpus) {
    if (part.part == Part::kCounted) values[place++] = part.value;
  }
  return Combined(aggregation, values);
}

// First within each pod, then across the pods.
double AggregateByPod(const Trigger& trigger, const Evaluation& evaluation) {
  std::vector<double> of_pods;
  for (const Replica& replica : evaluation.workload.replicas) {
    if (replica.state != ReplicaState::kFresh) continue;
    for (const ReplicaPod& pod : replica.pods) {
      std::vector<double> values;
      for (const GpuPart& part : pod.gpus) {
        if (part.part == Part::kCounted) values.push_back(part.value);
      }
      if (!values.empty()) of_pods.push_back(Combined(*trigger.pod_aggregation, values));
    }
  }
  return Combined(trigger.aggregation, of_pods);
}

// Without one of its terms a sum is smaller than what it stands for: that GPU
// would count as zero. One that is lost has no load, and drops out.
absl::Status CheckTerms(const Trigger& trigger, const Evaluation& evaluation) {
  if (trigger.aggregation != catalog::Aggregation::kSum) return absl::OkStatus();
  const auto unknown =
      std::find_if(evaluation.gpus.begin(), evaluation.gpus.end(), [](const GpuPart& part) {
        return part.part == Part::kStale || part.part == Part::kNeverRead;
      });
  if (unknown == evaluation.gpus.end()) return absl::OkStatus();
  return MissingTerm(trigger, evaluation, *unknown);
}

void DecideActive(const Trigger& trigger, bool gpu_exceeds, Evaluation& evaluation) {
  ActiveReason& reason = evaluation.active_reason;
  if (gpu_exceeds) {
    reason = ActiveReason::kGpuExceeds;
  } else if (evaluation.aggregate > trigger.activation_threshold) {
    reason = ActiveReason::kAggregateExceeds;
  } else if (evaluation.workload.warming > 0) {
    reason = ActiveReason::kReplicaWarming;
  } else if (evaluation.workload.missing > 0) {
    reason = ActiveReason::kReplicaMissing;
  } else if (trigger.always_active) {
    reason = ActiveReason::kAlwaysActive;
  }
  evaluation.active = reason != ActiveReason::kNothingExceeds;
}

// Takes the GPUs of the fresh replicas, each once though several pods hold it;
// answers whether one exceeds the threshold.
bool CountWorkload(const Trigger& trigger, Evaluation& evaluation) {
  std::set<const telemetry::GpuSnapshot*> seen;
  std::set<const telemetry::Snapshot*> nodes;
  std::set<const telemetry::Snapshot*> fresh_nodes;
  bool exceeds = false;
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
        exceeds = exceeds || part.value > trigger.activation_threshold;
      }
    }
  }
  evaluation.nodes = nodes.size();
  evaluation.fresh_nodes = fresh_nodes.size();
  return exceeds;
}

absl::Status EvaluateWorkload(const Trigger& trigger, const EvaluationLimits& limits,
                              Evaluation& evaluation) {
  auto parts = FindReplicas(trigger, *evaluation.view, evaluation.evaluated_at, limits);
  if (!parts.ok()) return parts.status();
  evaluation.workload = *std::move(parts);
  const WorkloadParts& workload = evaluation.workload;
  const ReplicaCounts counts = {workload.fresh, workload.warming, workload.missing};
  if (absl::Status enough = CheckReplicas(trigger, evaluation); !enough.ok()) return enough;

  const bool gpu_exceeds = CountWorkload(trigger, evaluation);
  if (workload.fresh > 0) {
    if (absl::Status terms = CheckTerms(trigger, evaluation); !terms.ok()) return terms;
    evaluation.aggregate = trigger.pod_aggregation ? AggregateByPod(trigger, evaluation)
                                                   : Aggregate(trigger.aggregation, evaluation);
    evaluation.value = std::max(WorkloadValue(trigger, evaluation.aggregate, counts), 0.0);
  } else if (workload.warming > 0) {
    evaluation.held = true;
    evaluation.value = HeldValue(trigger, counts);
  }
  DecideActive(trigger, gpu_exceeds, evaluation);
  return absl::OkStatus();
}

absl::Status EvaluateGpus(const Trigger& trigger, const EvaluationLimits& limits,
                          Evaluation& evaluation) {
  const bool gpu_exceeds =
      JudgeAll(trigger, evaluation.evaluated_at, limits.stale_after, evaluation);
  if (evaluation.counted == 0) return NothingCounted(trigger, evaluation);
  if (absl::Status terms = CheckTerms(trigger, evaluation); !terms.ok()) return terms;
  if (100.0 * static_cast<double>(evaluation.fresh_nodes) <
      trigger.min_coverage_percent * static_cast<double>(evaluation.nodes)) {
    return TooFewNodes(trigger, evaluation);
  }

  evaluation.aggregate = Aggregate(trigger.aggregation, evaluation);
  // KEDA takes a negative value for 0; a temperature can be one.
  evaluation.value = std::max(evaluation.aggregate, 0.0);
  DecideActive(trigger, gpu_exceeds, evaluation);
  return absl::OkStatus();
}

absl::Status EvaluateEngine(const Trigger& trigger, const EvaluationLimits& limits,
                            const EngineReadings& engines, Evaluation& evaluation) {
  if (engines.metric == nullptr) return absl::UnavailableError("engines are not read here");
  if (!engines.metric->ok()) return engines.metric->status();
  const auto exceeds = CountAddresses(trigger, **engines.metric, limits, evaluation);
  if (!exceeds.ok()) return exceeds.status();
  DecideActive(trigger, false, evaluation);
  if (*exceeds || evaluation.missing_addresses > 0) {
    evaluation.active = true;
    evaluation.active_reason =
        *exceeds ? ActiveReason::kEngineExceeds : ActiveReason::kReplicaMissing;
  }
  return absl::OkStatus();
}

absl::Status EvaluateMetric(const Trigger& trigger, const EvaluationLimits& limits,
                            const EngineReadings& engines, Evaluation& evaluation) {
  if (trigger.engine) return EvaluateEngine(trigger, limits, engines, evaluation);
  if (trigger.workload) return EvaluateWorkload(trigger, limits, evaluation);
  return EvaluateGpus(trigger, limits, evaluation);
}

absl::Status EvaluateAll(const Trigger& trigger, const EvaluationLimits& limits,
                         const EngineReadings& engines, Evaluation& evaluation) {
  absl::Status evaluated = EvaluateMetric(trigger, limits, engines, evaluation);
  if (!evaluated.ok() || !trigger.activation) return evaluated;
  absl::StatusOr<double> signal = absl::UnavailableError("engines are not read here");
  if (engines.activation != nullptr) {
    signal = engines.activation->ok()
                 ? ActivationValue(**engines.activation, evaluation.evaluated_at, limits)
                 : engines.activation->status();
  }
  return Activate(trigger, signal, engines.last_sign, evaluation);
}

}  // namespace

Findings EvaluateInFull(const Trigger& trigger, std::shared_ptr<const telemetry::View> view,
                        base::SteadyTime now, const EvaluationLimits& limits,
                        const EngineReadings& engines) {
  assert(view != nullptr);
  Findings findings;
  findings.evaluation.view = std::move(view);
  findings.evaluation.evaluated_at = now;
  findings.status = EvaluateAll(trigger, limits, engines, findings.evaluation);
  return findings;
}

absl::StatusOr<Evaluation> Evaluate(const Trigger& trigger,
                                    std::shared_ptr<const telemetry::View> view,
                                    base::SteadyTime now, const EvaluationLimits& limits,
                                    const EngineReadings& engines) {
  Findings findings = EvaluateInFull(trigger, std::move(view), now, limits, engines);
  if (!findings.status.ok()) return findings.status;
  return std::move(findings.evaluation);
}

}  // namespace gpuscaler::scaling
