#include "scaling/workload_value.h"

#include <algorithm>

#include "catalog/metrics.h"

namespace gpuscaler::scaling {

double WorkloadValue(const Trigger& trigger, double aggregate, const ReplicaCounts& replicas) {
  const bool sum = trigger.aggregation == catalog::Aggregation::kSum;
  const bool shared = trigger.kind() == catalog::Kind::kIntensity;
  if (trigger.hpa_metric_type == HpaMetricType::kValue || !(shared || sum)) return aggregate;
  const auto n = static_cast<double>(replicas.fresh);
  const auto m = static_cast<double>(replicas.missing);
  const double total = sum ? aggregate : aggregate * n;
  if (replicas.missing == 0) return total;
  return total <= trigger.target * n ? total + trigger.target * m
                                     : std::max(total, trigger.target * (n + m));
}

double HeldValue(const Trigger& trigger, const ReplicaCounts& replicas) {
  if (trigger.hpa_metric_type == HpaMetricType::kValue) return trigger.target;
  return trigger.target * static_cast<double>(replicas.warming + replicas.missing);
}

}  // namespace gpuscaler::scaling
