#include "scaling/evaluation.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scaling/activation.h"
#include "scaling/aggregate.h"
#include "scaling/engine_value.h"
#include "scaling/no_value.h"
#include "scaling/standing.h"
#include "scaling/workload_evaluation.h"

namespace gpuscaler::scaling {
namespace {

// Judges every GPU and counts.
void JudgeAll(const Trigger& trigger, base::SteadyTime now, base::Duration stale_after,
              Evaluation& evaluation) {
  size_t gpus = 0;
  for (const auto& node : evaluation.view->nodes()) gpus += node->gpus.size();
  evaluation.gpus.reserve(gpus);

  for (const auto& node : evaluation.view->nodes()) {
    bool expected = node->gpus.empty() && telemetry::IsUnknown(*node);
    const size_t counted_before = evaluation.counted;
    for (const telemetry::GpuSnapshot& gpu : node->gpus) {
      const GpuPart part = Judge(trigger, *node, gpu, now, stale_after);
      evaluation.gpus.push_back(part);
      expected = expected || IsExpected(part.part);
      if (part.part != Part::kCounted) continue;
      ++evaluation.counted;
      if (part.value > trigger.activation_threshold) evaluation.exceeds = true;
    }
    if (expected) ++evaluation.nodes;
    if (evaluation.counted > counted_before) ++evaluation.fresh_nodes;
  }
}

absl::Status EvaluateGpus(const Trigger& trigger, const EvaluationLimits& limits,
                          Evaluation& evaluation) {
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
  return absl::OkStatus();
}

absl::Status EvaluateMetric(const Trigger& trigger, const EvaluationLimits& limits,
                            const EngineReadings& engines, const Past& past,
                            Evaluation& evaluation) {
  if (trigger.engine) return EvaluateEngine(trigger, limits, engines.metric, evaluation);
  absl::Status of_view = trigger.workload ? EvaluateWorkload(trigger, limits, past, evaluation)
                                          : EvaluateGpus(trigger, limits, evaluation);
  return limits.unseen.ok() ? of_view : limits.unseen;
}

ActivityFacts FactsOf(const Trigger& trigger, const EvaluationLimits& limits,
                      const EngineReadings& engines, const Past& past, const Findings& findings) {
  const Evaluation& evaluation = findings.evaluation;
  ActivityFacts facts;
  facts.metric = findings.value_status;
  facts.gpu_exceeds = evaluation.exceeds && !trigger.engine;
  facts.address_exceeds = evaluation.exceeds && trigger.engine;
  facts.aggregate_exceeds = evaluation.aggregate > trigger.activation_threshold;
  facts.replica_warming = evaluation.workload.warming > 0;
  facts.replica_missing = evaluation.workload.missing + evaluation.missing_addresses > 0;
  facts.always_active = trigger.always_active;
  if (!trigger.activation) return facts;
  facts.signal =
      ActivationExceeds(*trigger.activation, engines.activation, evaluation.evaluated_at, limits);
  facts.replica_awaited = past.last_sign &&
                          evaluation.evaluated_at - *past.last_sign <= trigger.warmup &&
                          !HasReplicas(evaluation);
  return facts;
}

}  // namespace

Findings EvaluateInFull(const Trigger& trigger, std::shared_ptr<const telemetry::View> view,
                        base::SteadyTime now, const EvaluationLimits& limits,
                        const EngineReadings& engines, const Past& past) {
  assert(view != nullptr);
  Findings findings;
  Evaluation& evaluation = findings.evaluation;
  evaluation.view = std::move(view);
  evaluation.evaluated_at = now;
  findings.value_status = EvaluateMetric(trigger, limits, engines, past, evaluation);
  Activity activity = DecideActivity(FactsOf(trigger, limits, engines, past, findings));
  findings.active_status = std::move(activity.status);
  evaluation.active = activity.active;
  evaluation.active_reason = activity.reason;
  return findings;
}

absl::StatusOr<Evaluation> Evaluate(const Trigger& trigger,
                                    std::shared_ptr<const telemetry::View> view,
                                    base::SteadyTime now, const EvaluationLimits& limits,
                                    const EngineReadings& engines, const Past& past) {
  Findings findings = EvaluateInFull(trigger, std::move(view), now, limits, engines, past);
  if (!findings.value_status.ok()) return findings.value_status;
  if (!findings.active_status.ok()) return findings.active_status;
  return std::move(findings.evaluation);
}

}  // namespace gpuscaler::scaling
