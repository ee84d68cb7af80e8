#include "scaling/standing.h"

namespace gpuscaler::scaling {
namespace {

bool IsOfMetric(ActiveReason reason) {
  return reason == ActiveReason::kGpuExceeds || reason == ActiveReason::kEngineExceeds ||
         reason == ActiveReason::kAggregateExceeds;
}

}  // namespace

bool HasReplicas(const Evaluation& evaluation) {
  const WorkloadParts& workload = evaluation.workload;
  return workload.fresh + workload.warming + workload.missing > 0 ||
         !evaluation.addresses.empty() || evaluation.missing_addresses > 0;
}

Standing StandingOf(const Findings& findings) {
  if (!findings.value_status.ok() || !findings.active_status.ok()) return Standing::kUnknown;
  const Evaluation& evaluation = findings.evaluation;
  if (!HasReplicas(evaluation)) return Standing::kNone;
  if (IsOfMetric(evaluation.active_reason)) return Standing::kAtWork;
  if (evaluation.workload.warming > 0) return Standing::kLoading;
  return evaluation.active || evaluation.counted == 0 ? Standing::kUnknown : Standing::kIdle;
}

}  // namespace gpuscaler::scaling
