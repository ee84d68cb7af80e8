#include "scaling/value_limits.h"

#include "base/strings.h"
#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "scaling/hpa.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {

std::vector<std::string> ValueLimits(const Trigger& trigger) {
  std::vector<std::string> lines;
  const bool average = trigger.hpa_metric_type == HpaMetricType::kAverageValue;
  const bool sum = trigger.aggregation == catalog::Aggregation::kSum;
  if (sum && !average && trigger.kind() != catalog::Kind::kAmount) {
    lines.push_back(
        "limit: the sum does not fall as replicas are added; under Value HPA multiplies it by the "
        "replicas and goes on to maxReplicaCount while it is above the target");
  }
  if (trigger.engine) return lines;
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  const bool workload = trigger.workload.has_value();
  if (average && !workload && trigger.bounded_by_100()) {
    lines.push_back(base::StrCat(
        "limit: without `workload` a percentage under AverageValue can never ask for more"
        " than ceil(100 / ",
        NumberText(trigger.target),
        ") = ", DesiredReplicas(trigger.hpa_metric_type, 100, trigger.target, 0, 0),
        " replicas; with metricType: Value on the trigger (and hpaMetricType: Value in its"
        " metadata) HPA scales in proportion"));
  }
  if (metric.kind == catalog::Kind::kAmount && average && !sum) {
    lines.push_back(base::StrCat(
        "limit: ", metric.name,
        " does not fall as replicas are added; it cannot ask for more than ceil(",
        catalog::Row(trigger.aggregation).name, " / ", NumberText(trigger.target), ") replicas"));
  }
  if (metric.kind == catalog::Kind::kAmount && !average) {
    lines.push_back(base::StrCat(
        "limit: ", metric.name,
        " does not fall as replicas are added; under Value HPA goes on to maxReplicaCount"
        " while it is above the target"));
  }
  if (average && !sum && !workload && metric.kind == catalog::Kind::kIntensity &&
      !metric.is_percent()) {
    lines.push_back(
        base::StrCat("limit: without `workload` the value is not multiplied by the replicas; under"
                     " AverageValue it cannot ask for more than ceil(largest reading / ",
                     NumberText(trigger.target), ") replicas"));
  }
  if (sum && !workload) {
    lines.push_back(base::StrCat(
        "limit: without `workload` the sum goes over every GPU in view, those that other"
        " workloads hold too"));
  }
  if (workload && catalog::EndsBeyondItsPods(*trigger.workload->kind, trigger.workload->name)) {
    lines.push_back(base::StrCat("limit: of a ", trigger.workload->kind->name,
                                 "'s name its pods' names have the first ",
                                 catalog::kLongestPodPrefix, " characters; pods of another one in ",
                                 trigger.workload->pod_namespace, " whose name begins with \"",
                                 trigger.workload->name.substr(0, catalog::kLongestPodPrefix),
                                 "\" cannot be told from it"
                                 " and count too"));
  }
  return lines;
}

}  // namespace gpuscaler::scaling
