#include "scaling/explanation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "scaling/hpa.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Kind;

// A large cluster has tens of thousands of GPUs.
constexpr size_t kMostGpusTold = 64;

struct Lines {
  std::vector<std::string> text;
  template <class... Pieces>
  void Add(const Pieces&... pieces) {
    text.push_back(base::StrCat(pieces...));
  }
};

void AddGpus(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  const size_t told = std::min(evaluation.gpus.size(), kMostGpusTold);
  for (size_t i = 0; i < told; ++i) {
    const GpuPart& part = evaluation.gpus[i];
    if (part.part == Part::kCounted) {
      lines.Add(WhichGpu(part), ": ", NumberText(part.value), " ", metric.unit);
    } else {
      lines.Add(WhichGpu(part), ": left out, ",
                WhyLeftOut(part, trigger.metric, evaluation.evaluated_at));
    }
  }
  if (told < evaluation.gpus.size()) {
    lines.Add("and ", evaluation.gpus.size() - told, " GPUs more");
  }
}

void AddActive(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const std::string threshold = NumberText(trigger.activation_threshold);
  switch (evaluation.active_reason) {
    case ActiveReason::kGpuExceeds:
      lines.Add("active: a GPU exceeds the activation threshold ", threshold);
      break;
    case ActiveReason::kAggregateExceeds:
      lines.Add("active: the aggregate exceeds the activation threshold ", threshold);
      break;
    case ActiveReason::kAlwaysActive:
      lines.Add("active: nothing exceeds the activation threshold ", threshold,
                ", but the profile ",
                trigger.profile == nullptr ? std::string_view() : trigger.profile->name,
                " is always active");
      break;
    case ActiveReason::kNothingExceeds:
      lines.Add("inactive: neither a GPU nor the aggregate exceeds the activation threshold ",
                threshold);
      break;
  }
}

// What the value can never become, whatever the load.
void AddLimits(const Trigger& trigger, Lines& lines) {
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  const bool average = trigger.hpa_metric_type == HpaMetricType::kAverageValue;
  const bool sum = trigger.aggregation == catalog::Aggregation::kSum;
  if (average && !sum && metric.is_percent()) {
    lines.Add(
        "limit: without `workload` a percentage under AverageValue can never ask for more"
        " than ceil(100 / ",
        NumberText(trigger.target),
        ") = ", DesiredReplicas(trigger.hpa_metric_type, 100, trigger.target, 0, 0),
        " replicas; with metricType: Value on the trigger (and hpaMetricType: Value in its"
        " metadata) HPA scales in proportion");
  }
  if (metric.kind == Kind::kAmount && average) {
    lines.Add("limit: ", metric.name,
              " does not fall as replicas are added; it cannot ask for more than ceil(",
              catalog::Row(trigger.aggregation).name, " / ", NumberText(trigger.target),
              ") replicas");
  }
  if (metric.kind == Kind::kAmount && !average) {
    lines.Add("limit: ", metric.name,
              " does not fall as replicas are added; under Value HPA goes on to maxReplicaCount"
              " while it is above the target");
  }
  if (average && !sum && metric.kind == Kind::kIntensity && !metric.is_percent()) {
    lines.Add(
        "limit: without `workload` the value is not multiplied by the replicas; under"
        " AverageValue it cannot ask for more than ceil(largest reading / ",
        NumberText(trigger.target), ") replicas");
  }
  if (sum) {
    lines.Add(
        "limit: without `workload` the sum goes over every GPU in view, those that other"
        " workloads hold too");
  }
}

void AddHpa(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const std::string ratio =
      base::StrCat(NumberText(evaluation.value), " / ", NumberText(trigger.target));
  if (trigger.hpa_metric_type == HpaMetricType::kAverageValue) {
    lines.Add("HPA (AverageValue): ceil(", ratio, ") = ",
              DesiredReplicas(trigger.hpa_metric_type, evaluation.value, trigger.target, 0, 0),
              " replicas, unless that is within 10% of what runs");
  } else {
    lines.Add("HPA (Value): ready replicas x ", ratio,
              ", rounded up, unless the ratio is within"
              " 10% of 1");
  }
}

}  // namespace

std::vector<std::string> Explain(const Trigger& trigger, const Evaluation& evaluation) {
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  Lines lines;
  AddGpus(trigger, evaluation, lines);
  lines.Add(catalog::Row(trigger.aggregation).name, " of ", metric.name, " over ",
            evaluation.counted, " of ", evaluation.gpus.size(), " GPUs, ", evaluation.fresh_nodes,
            " of ", evaluation.nodes, " nodes: ", NumberText(evaluation.aggregate), " ",
            metric.unit);
  lines.Add("reported as ", trigger.metric_name, ": ", NumberText(evaluation.value), " (target ",
            NumberText(trigger.target), ")");
  AddActive(trigger, evaluation, lines);
  AddHpa(trigger, evaluation, lines);
  AddLimits(trigger, lines);
  return std::move(lines.text);
}

}  // namespace gpuscaler::scaling
