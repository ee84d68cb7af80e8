// What HPA does with the number: AverageValue divides by the target, Value multiplies
// the replicas.
#include <algorithm>
#include <cmath>

#include "lint/rules.h"
#include "scaling/number.h"

namespace gpuscaler::lint {
namespace {

using catalog::Aggregation;
using catalog::Kind;

// More replicas than this a reading that nobody multiplies never asks for.
int64_t Ceiling(const CheckedTrigger& trigger) {
  return static_cast<int64_t>(std::ceil(*trigger.read->ceiling() / trigger.read->target));
}

// Of which metric-type-contradiction says all there is to say.
bool IsContradicted(const CheckedTrigger& trigger) {
  return trigger.read->hpa_metric_type != trigger.source->hpa_metric_type &&
         trigger.Has("hpaMetricType");
}

// Whether this trigger alone never asks for maxReplicaCount.
bool IsBounded(const CheckedTrigger& trigger) {
  if (!trigger.read || trigger.read->engine || !trigger.is_average()) return false;
  const bool multiplied = trigger.read->kind() == Kind::kIntensity && trigger.read->workload;
  return trigger.read->ceiling() && !multiplied &&
         Ceiling(trigger) < trigger.object->object->max_replicas;
}

// HPA takes the largest wish, so that one trigger without a bound is enough. Of those of other
// scalers nobody knows.
bool StopsBelowMaximum(const CheckedTrigger& trigger) {
  const CheckedObject& object = *trigger.object;
  return object.object->counts_known && object.object->other_triggers.empty() &&
         object.triggers.size() == object.object->triggers.size() &&
         std::all_of(object.triggers.begin(), object.triggers.end(), IsBounded);
}

void TwoReplicaTrap(const CheckedTrigger& trigger, Findings& findings) {
  if (!StopsBelowMaximum(trigger) || trigger.read->kind() != Kind::kIntensity) return;
  if (IsContradicted(trigger)) return;
  const std::string_view own = trigger.source->places.Has("metricType") ? "" : ", KEDA's default,";
  findings.Add(trigger.TargetLine(), trigger.MetricName(),
               " is at most 100, and under AverageValue", own, " HPA wants ceil(value / ",
               scaling::NumberText(trigger.read->target), ") replicas: never more than ",
               Ceiling(trigger), " of maxReplicaCount ", trigger.object->object->max_replicas,
               "; give workload, or metricType: Value with hpaMetricType: Value");
}

void NotMultiplied(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || trigger.read->engine || !trigger.is_average() ||
      trigger.read->is_percent()) {
    return;
  }
  if (trigger.read->kind() != Kind::kIntensity || trigger.read->workload) return;
  if (trigger.read->aggregation == Aggregation::kSum || IsContradicted(trigger)) return;
  findings.Add(trigger.TargetLine(), "without workload ", trigger.MetricName(),
               " is not multiplied by the replicas, and under AverageValue HPA wants ceil(value / ",
               scaling::NumberText(trigger.read->target),
               ") of them: no more than the largest reading of one GPU allows; give workload, or "
               "metricType: Value with hpaMetricType: Value");
}

void MemoryCeiling(const CheckedTrigger& trigger, Findings& findings) {
  if (!StopsBelowMaximum(trigger) || trigger.read->kind() != Kind::kAmount) return;
  const std::string most = scaling::NumberText(*trigger.read->ceiling());
  findings.Add(trigger.TargetLine(), trigger.MetricName(), " is at most ", most,
               " however many replicas there are, so HPA never wants more than ceil(", most, " / ",
               scaling::NumberText(trigger.read->target), ") = ", Ceiling(trigger),
               " of maxReplicaCount ", trigger.object->object->max_replicas,
               "; scale on requests or utilization, or set maxReplicaCount to what it can reach");
}

void MemoryRunsAway(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || trigger.read->engine || trigger.read->kind() != Kind::kAmount) return;
  const bool sum = trigger.read->aggregation == Aggregation::kSum;
  if (trigger.is_average() && !sum) return;
  findings.Add(trigger.is_average() ? trigger.LineOf("aggregation")
                                    : trigger.source->places.LineOf("metricType"),
               trigger.MetricName(), " of a replica does not fall as replicas are added: ",
               trigger.is_average() ? "their sum grows with them" : "under Value",
               trigger.is_average() ? ", and" : "", " HPA goes on to maxReplicaCount ",
               trigger.object->object->max_replicas, " while it is above the target, and ",
               "does not come back; use AverageValue with aggregation avg");
}

void Contradiction(const CheckedTrigger& trigger, Findings& findings) {
  std::string message = manifests::MetricTypeContradiction(*trigger.source);
  // What engines tell is multiplied as a workload's number is.
  const bool engine =
      trigger.read && trigger.read->engine && trigger.read->engine->kind == Kind::kIntensity;
  if (message.empty() && engine && !trigger.is_average() && !trigger.Has("hpaMetricType")) {
    message = base::StrCat(
        "metricType is Value and metadata.hpaMetricType is not given, which means AverageValue: ",
        trigger.MetricName(), " is then multiplied by the replicas, and HPA does so again");
  }
  if (message.empty()) return;
  findings.Add(trigger.Has("hpaMetricType") ? trigger.LineOf("hpaMetricType")
                                            : trigger.source->places.LineOf("metricType"),
               message);
}

void Untold(const CheckedTrigger& trigger, Findings& findings) {
  if (trigger.is_average() || trigger.Has("hpaMetricType") || trigger.Has("workload")) return;
  if (!trigger.read || (trigger.read->engine && trigger.read->engine->kind == Kind::kIntensity))
    return;
  findings.Add(trigger.source->places.LineOf("metricType"),
               "metricType is Value, which KEDA does not tell the scaler; add hpaMetricType: Value "
               "to the metadata");
}

constexpr RuleRow kRows[] = {
    {"two-replica-trap", Severity::kError,
     "A percentage that can never ask for more than two replicas",
     "Under AverageValue, KEDA's default, HPA wants ceil(value / target) replicas. A utilization "
     "is at most 100, so with a target of 80 that is never more than 2, whatever the load and "
     "whatever maxReplicaCount.",
     "Give `workload`: the scaler then multiplies by the replicas. Or set `metricType: Value` on "
     "the trigger and `hpaMetricType: Value` in its metadata.",
     nullptr, TwoReplicaTrap, kOfHpaArithmetic},
    {"not-multiplied", Severity::kWarning,
     "A reading of one GPU that is divided by the target alone",
     "Power, PCIe and NVLink traffic fall as replicas share the load. Under AverageValue the "
     "number must be multiplied by the replicas, which the scaler does only for a `workload`. "
     "Without one HPA wants ceil(reading / target) replicas and stays there.",
     "Give `workload`, or set `metricType: Value` on the trigger and `hpaMetricType: Value` in its "
     "metadata.",
     nullptr, NotMultiplied, kOfHpaArithmetic},
    {"memory-ceiling", Severity::kWarning,
     "Memory or temperature that cannot ask for as many replicas as are allowed",
     "Memory in use and temperature are amounts of each replica and do not fall as replicas are "
     "added. They are not multiplied, and so never ask for more than ceil(most / target) replicas: "
     "of a percentage 100, of a temperature 120 C, at which no GPU runs any more.",
     "Scale on requests or utilization (docs/choosing-a-signal.md). If memory is what you have, "
     "set maxReplicaCount to what it can reach.",
     nullptr, MemoryCeiling, kOfHpaArithmetic},
    {"memory-runs-away", Severity::kError, "Memory or temperature that drives HPA to the maximum",
     "Under Value HPA multiplies the replicas by value / target. An amount that each replica has "
     "by itself does not fall as replicas come, so above the target HPA goes on to maxReplicaCount "
     "and does not come back. The sum of it grows with the replicas and does the same under "
     "AverageValue.",
     "Use `metricType: AverageValue` and `aggregation: avg`, or a metric that shows load.", nullptr,
     MemoryRunsAway, kOfHpaArithmetic},
    {"metric-type-contradiction", Severity::kError,
     "`hpaMetricType` that differs from the trigger's `metricType`",
     "The scaler makes the number for the metric type that `hpaMetricType` names, AverageValue "
     "without it: it multiplies by the replicas. KEDA does not pass `metricType` on. If the "
     "trigger says Value, HPA multiplies once more and goes on to maxReplicaCount; the other way "
     "round it never grows.",
     "Say both alike, or neither.", nullptr, Contradiction, kOfHpaArithmetic},
    {"metric-type-untold", Severity::kWarning,
     "`metricType: Value` of which the scaler is not told",
     "This number is the same under both types, but the scaler explains it for AverageValue, and "
     "from the day on that the trigger gets a `workload` it is wrong.",
     "Add `hpaMetricType: Value` to the metadata.", nullptr, Untold, kOfHpaArithmetic},
};

}  // namespace

std::span<const RuleRow> MetricTypeRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
