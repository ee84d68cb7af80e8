// Whether HPA can do with what several readings become.
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

using catalog::Aggregation;
using catalog::Kind;

std::string_view AggregationName(const CheckedTrigger& trigger) {
  return catalog::Row(trigger.read->aggregation).name;
}

// What does not fall as replicas come, for it is of all of them together.
bool IsSumUnderValue(const CheckedTrigger& trigger) {
  if (!trigger.read || trigger.is_average() || trigger.read->kind() == Kind::kAmount) return false;
  // A series may be an average already, told at one address.
  if (trigger.read->engine && trigger.quantity() == nullptr) return false;
  return trigger.read->aggregation == Aggregation::kSum;
}

void SumUnderValue(const CheckedTrigger& trigger, Findings& findings) {
  if (!IsSumUnderValue(trigger)) return;
  static constexpr std::string_view kKeys[] = {"aggregation", "hpaMetricType"};
  findings.Add(trigger.Has("aggregation") ? trigger.LineOfFirst(kKeys)
                                          : trigger.source->places.LineOf("metricType"),
               "the sum of ", trigger.MetricName(),
               " grows with the load alone, and under Value HPA "
               "multiplies it by the replicas: it ends at maxReplicaCount; use AverageValue, or "
               "aggregation avg");
}

// Counts are of all replicas together.
void CountAggregation(const CheckedTrigger& trigger, Findings& findings) {
  const catalog::QuantityRow* quantity = trigger.quantity();
  const bool is_count = quantity != nullptr && quantity->kind == Kind::kTotal;
  if (is_count && trigger.is_average() && trigger.read->aggregation != Aggregation::kSum) {
    findings.Add(trigger.LineOf("aggregation"), "aggregation ", AggregationName(trigger), " of ",
                 trigger.MetricName(),
                 " is what one replica has, and under AverageValue HPA wants "
                 "that / target replicas in all; use sum");
  }
  SumUnderValue(trigger, findings);
}

void NoisyAggregation(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || !trigger.is_average() || trigger.read->kind() != Kind::kIntensity) return;
  if (!trigger.read->workload && !trigger.read->engine) return;
  const Aggregation aggregation = trigger.read->aggregation;
  if (aggregation != Aggregation::kMax && aggregation != Aggregation::kP95 &&
      aggregation != Aggregation::kP99) {
    return;
  }
  findings.Add(
      trigger.LineOf("aggregation"), "aggregation ", AggregationName(trigger), " of ",
      trigger.MetricName(),
      " is multiplied by the replicas under AverageValue, so one busy "
      "or stuck pod counts for all; use avg, or metricType: Value with hpaMetricType: Value");
}

constexpr RuleRow kRows[] = {
    {"count-aggregation", Severity::kError,
     "A count or sum that is aggregated for the other metric type",
     "Requests are counted over all replicas together. Under AverageValue HPA divides by the "
     "target, so the number must be the sum; an average says what one replica has, and HPA ends at "
     "one or two. Under Value HPA multiplies by the replicas, so the number must be the average; a "
     "sum, of requests as of utilization, ends at maxReplicaCount.",
     "AverageValue with `sum`, the default of such metrics; or Value with `aggregation: avg`.",
     nullptr, CountAggregation, kOfHpaArithmetic},
    {"noisy-aggregation", Severity::kWarning, "`max` or a percentile under AverageValue",
     "The value is multiplied by the replicas, so a single busy or stuck pod speaks for all of "
     "them. In simulations `max` and `p95` ran 84 to 90 replicas where 48 were right, and "
     "oscillate for ever where pods drain for longer than HPA's 15 s.",
     "Use `avg`, the default with `workload`. Where the busiest one must decide, use `metricType: "
     "Value` with `hpaMetricType: Value`.",
     nullptr, NoisyAggregation, kOfHpaArithmetic},
};

}  // namespace

std::span<const RuleRow> AggregationRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
