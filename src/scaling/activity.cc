#include "scaling/activity.h"

namespace gpuscaler::scaling {
namespace {

ActiveReason OfMetric(const ActivityFacts& facts) {
  if (facts.gpu_exceeds) return ActiveReason::kGpuExceeds;
  if (facts.address_exceeds) return ActiveReason::kEngineExceeds;
  if (facts.aggregate_exceeds) return ActiveReason::kAggregateExceeds;
  if (facts.replica_warming) return ActiveReason::kReplicaWarming;
  if (facts.replica_missing) return ActiveReason::kReplicaMissing;
  if (facts.always_active) return ActiveReason::kAlwaysActive;
  return ActiveReason::kNothingExceeds;
}

ActiveReason OfSignal(const ActivityFacts& facts) {
  if (!facts.signal) return ActiveReason::kNothingExceeds;
  if (facts.signal->value_or(false)) return ActiveReason::kActivationSignal;
  return facts.replica_awaited ? ActiveReason::kReplicaAwaited : ActiveReason::kNothingExceeds;
}

}  // namespace

Activity DecideActivity(const ActivityFacts& facts) {
  Activity activity;
  if (facts.metric.ok()) activity.reason = OfMetric(facts);
  if (activity.reason == ActiveReason::kNothingExceeds) activity.reason = OfSignal(facts);
  activity.active = activity.reason != ActiveReason::kNothingExceeds;
  if (activity.active) return activity;
  activity.status = facts.metric;
  if (activity.status.ok() && facts.signal) activity.status = facts.signal->status();
  return activity;
}

}  // namespace gpuscaler::scaling
