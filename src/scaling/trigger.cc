#include "scaling/trigger.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/strings.h"
#include "scaling/activation_choice.h"
#include "scaling/engine_choice.h"
#include "scaling/fault.h"
#include "scaling/metadata_key.h"
#include "scaling/metadata_reader.h"
#include "scaling/number.h"
#include "scaling/shorthand.h"

namespace gpuscaler::scaling {
namespace {

constexpr std::string_view kDefaultMetricName = "keda_gpu_metric";
constexpr double kDefaultPercentTarget = 80;

// The metric, and whether it is one that the profile's numbers are made for:
// 80% is not 80 W.
struct ChosenMetric {
  const catalog::MetricRow* row;
  std::optional<EngineMetric> engine;  // the metric instead
  std::string_view name;
  std::string_view unit;
  bool profile_fits;

  bool is_percent() const { return unit == "%"; }
};

bool HasVllmEndpoint(const TriggerDraft& draft) {
  const bool general = draft.engine != nullptr && draft.engine->id == catalog::Engine::kVllm &&
                       draft.engine_endpoint.has_value();
  return general || draft.vllm_endpoint.has_value();
}

absl::StatusOr<ChosenMetric> ChooseMetric(const TriggerDraft& draft, const Shorthand& shorthand) {
  const catalog::ProfileRow* profile = draft.profile;
  catalog::Metric own = catalog::Metric::kGpuUtilization;
  if (profile != nullptr) {
    const bool endpoint = HasVllmEndpoint(draft) && profile->metric_with_endpoint.has_value();
    own = endpoint ? *profile->metric_with_endpoint : profile->metric;
  }
  const catalog::MetricRow* row = &catalog::Row(own);
  if (shorthand.target) row = &catalog::Row(shorthand.metric);
  if (draft.metric != nullptr) row = draft.metric;
  auto engine = ChooseEngineMetric(draft, *row);
  if (!engine.ok()) return engine.status();
  ChosenMetric chosen = {row, *std::move(engine), row->name, row->unit, false};
  if (chosen.engine) {
    chosen.name = chosen.engine->source.signal->name;
    chosen.unit = chosen.engine->unit;
  }
  chosen.profile_fits = profile != nullptr && chosen.unit == catalog::Row(own).unit;
  return chosen;
}

absl::StatusOr<double> ChooseTarget(const TriggerDraft& draft, const Shorthand& shorthand,
                                    const ChosenMetric& metric) {
  if (draft.target) return *draft.target;
  if (shorthand.target) return *shorthand.target;
  if (metric.profile_fits && draft.profile->target) return *draft.profile->target;
  if (metric.is_percent()) return kDefaultPercentTarget;
  const std::string unit = metric.unit.empty() ? "" : base::StrCat(" (in ", metric.unit, ")");
  const bool hidden = draft.series && draft.Hides("engineMetric");
  return AtOdds("targetValue", " must be given for ",
                hidden ? "the series of engineMetricFromEnv" : metric.name, unit,
                draft.profile == nullptr ? "" : "; profile ",
                draft.profile == nullptr ? std::string_view() : draft.profile->name,
                draft.profile == nullptr ? "" : " has none for it");
}

// Keys that mean nothing without another one are mistakes, not wishes.
absl::Status CheckWorkloadKeys(const TriggerDraft& draft, std::string_view object_namespace) {
  const struct {
    bool given;
    std::string_view key;
    std::string_view needs;
  } of_workload[] = {{draft.has_warmup && !draft.activation_endpoint, "warmupSeconds",
                      " needs workload or activationEndpoint"},
                     {draft.group_by_pod, "groupBy", ": pod needs workload"},
                     {draft.has_shared_gpus, "sharedGpus", " needs workload"}};
  for (const auto& [given, key, needs] : of_workload) {
    if (!given || draft.trigger.workload) continue;
    return AtOdds(key, needs, ": without it all GPUs in view count");
  }
  if (draft.pod_aggregation && !draft.group_by_pod) {
    return AtOdds("podAggregation", " needs groupBy: pod");
  }
  if (draft.trigger.workload && draft.trigger.gpu_index) {
    return absl::InvalidArgumentError(
        base::StrCat("gpuIndex: \"", *draft.trigger.gpu_index,
                     "\" does not go with workload: the GPUs that count are those that its pods"
                     " hold, whatever their index; leave gpuIndex out, or workload"));
  }
  if (draft.trigger.workload && object_namespace.empty()) {
    return AtOdds("workload",
                  ": the request names no namespace, in which it would be:"
                  " scaledObjectRef.namespace is empty");
  }
  return absl::OkStatus();
}

// What no percentage exceeds is no target, and no threshold. `target_key`: which gave
// the target.
absl::Status CheckReach(const TriggerDraft& draft, const Trigger& trigger, std::string_view metric,
                        std::string_view target_key) {
  if (!trigger.bounded_by_100()) return absl::OkStatus();
  const struct {
    std::string_view key;
    double value, least;
  } rows[] = {{target_key, trigger.target, kSmallestTarget},
              {"activationThreshold", trigger.activation_threshold, 0}};
  for (const auto& row : rows) {
    if (row.value <= 100) continue;
    const std::string value = draft.Hides(row.key)
                                  ? "its value, which is not shown,"
                                  : base::StrCat("\"", NumberText(row.value), "\"");
    return Refuse(FaultKind::kReach, row.key,
                  base::StrCat(row.key, ": ", value, " is above 100%, which ",
                               catalog::Row(trigger.aggregation).name, " of ", metric,
                               " never exceeds; allowed: ", NumberText(row.least),
                               " to 100, or more with aggregation or podAggregation sum"));
  }
  return absl::OkStatus();
}

}  // namespace

catalog::Aggregation DefaultAggregation(const catalog::ProfileRow* profile, bool of_workload) {
  if (profile != nullptr && profile->aggregation) return *profile->aggregation;
  // `max` follows noise and one stuck pod (docs/design.md).
  return of_workload ? catalog::Aggregation::kAvg : catalog::Aggregation::kMax;
}

size_t BytesOf(const Trigger& trigger) {
  size_t bytes = sizeof(trigger) + trigger.metric_name.size();
  if (trigger.workload) bytes += trigger.workload->name.size();
  if (trigger.workload) bytes += trigger.workload->pod_namespace.size();
  if (trigger.engine) bytes += BytesOf(trigger.engine->source);
  if (trigger.activation) bytes += BytesOf(trigger.activation->source);
  return bytes;
}

absl::StatusOr<Trigger> ParseTrigger(std::span<const MetadataEntry> metadata,
                                     std::string_view object_namespace) {
  absl::StatusOr<TriggerDraft> read = ReadMetadata(metadata);
  if (!read.ok()) return read.status();
  TriggerDraft& draft = *read;
  if (absl::Status fits = CheckWorkloadKeys(draft, object_namespace); !fits.ok()) return fits;

  const absl::StatusOr<Shorthand> shorthand = FindShorthand(draft);
  if (!shorthand.ok()) return shorthand.status();
  absl::StatusOr<ChosenMetric> metric = ChooseMetric(draft, *shorthand);
  if (!metric.ok()) return metric.status();
  const absl::StatusOr<double> target = ChooseTarget(draft, *shorthand, *metric);
  if (!target.ok()) return target.status();
  auto activation = ChooseActivation(draft);
  if (!activation.ok()) return activation.status();

  Trigger trigger = std::move(draft.trigger);
  const catalog::ProfileRow* profile = draft.profile;
  trigger.profile = profile;
  trigger.metric = metric->row->id;
  trigger.activation = *std::move(activation);
  trigger.target = *target;
  if (profile != nullptr) {
    trigger.always_active = profile->always_active;
    if (trigger.metric_name.empty()) trigger.metric_name = profile->metric_name;
  }
  if (trigger.metric_name.empty()) trigger.metric_name = kDefaultMetricName;
  if (metric->profile_fits) trigger.activation_threshold = profile->activation;
  trigger.aggregation =
      DefaultAggregation(metric->profile_fits ? profile : nullptr, trigger.workload.has_value());
  if (metric->engine) {
    trigger.aggregation = metric->engine->across;
    trigger.min_coverage_percent = 0;
  }
  if (trigger.workload) {
    trigger.workload->pod_namespace = object_namespace;
    trigger.min_coverage_percent = 0;
    if (draft.group_by_pod) {
      trigger.pod_aggregation = draft.pod_aggregation.value_or(catalog::Aggregation::kMax);
    }
  }
  if (draft.min_coverage_percent) trigger.min_coverage_percent = *draft.min_coverage_percent;
  if (draft.activation_threshold) trigger.activation_threshold = *draft.activation_threshold;
  if (draft.aggregation) trigger.aggregation = *draft.aggregation;

  trigger.engine = std::move(metric->engine);
  absl::Status reach =
      CheckReach(draft, trigger, metric->name, draft.target ? "targetValue" : shorthand->key);
  if (!reach.ok()) return reach;
  return trigger;
}

}  // namespace gpuscaler::scaling
