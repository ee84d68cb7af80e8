#include "serving/external_scaler.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "scaling/activation.h"

namespace gpuscaler::serving {
namespace {

// While a stream waits for the signal that there is work: a push leaves within a tenth
// of a second or two of it. The next look says again that it waits.
constexpr base::Duration kHurriedPeriod = std::chrono::milliseconds(100);
constexpr base::Duration kHurryLasts = std::chrono::seconds(2);

std::vector<scaling::MetadataEntry> Entries(const externalscaler::ScaledObjectRef& object) {
  std::vector<scaling::MetadataEntry> entries;
  entries.reserve(static_cast<size_t>(object.scalermetadata_size()));
  for (const auto& [key, value] : object.scalermetadata()) entries.push_back({key, value});
  return entries;
}

// A history belongs to one trigger of one ScaledObject: an edited trigger is
// another one. Lengths before texts, so that no two lists of texts are alike.
std::string HistoryKey(const externalscaler::ScaledObjectRef& object) {
  std::vector<scaling::MetadataEntry> entries = Entries(object);
  std::sort(entries.begin(), entries.end(),
            [](const auto& one, const auto& other) { return one.key < other.key; });
  std::string key;
  const auto add = [&key](std::string_view text) { base::StrAppend(&key, text.size(), ":", text); };
  add(object.namespace_());
  add(object.name());
  for (const auto& entry : entries) {
    add(entry.key);
    add(entry.value);
  }
  return key;
}

absl::Status CheckReference(const externalscaler::ScaledObjectRef& object) {
  if (object.name().empty()) {
    return absl::InvalidArgumentError(
        "the request names no ScaledObject: scaledObjectRef.name is empty");
  }
  const struct {
    std::string_view field;
    size_t bytes, most;
  } rows[] = {{"name", object.name().size(), kLongestName},
              {"namespace", object.namespace_().size(), kLongestNamespace}};
  for (const auto& row : rows) {
    if (row.bytes <= row.most) continue;
    return absl::InvalidArgumentError(base::StrCat("scaledObjectRef.", row.field, " has ",
                                                   row.bytes, " bytes; at most ", row.most,
                                                   " are allowed, as in Kubernetes"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<scaling::Trigger> ReadTrigger(const externalscaler::ScaledObjectRef& object) {
  if (absl::Status checked = CheckReference(object); !checked.ok()) return checked;
  return scaling::ParseTrigger(Entries(object), object.namespace_());
}

EngineViews ReadEngines(const scaling::Trigger& trigger, const ScalerContext& context,
                        base::SteadyTime now, bool hurry) {
  EngineViews views;
  if (context.engines == nullptr) return views;
  const std::optional<engines::Hurry> often =
      hurry ? std::optional(engines::Hurry{kHurriedPeriod, now + kHurryLasts}) : std::nullopt;
  if (trigger.engine) {
    views.metric = context.engines->Read(trigger.engine->source, now,
                                         trigger.activation ? std::nullopt : often);
  }
  if (trigger.activation) {
    views.activation = context.engines->Read(trigger.activation->source, now, often);
  }
  return views;
}

absl::StatusOr<scaling::Evaluation> EvaluateNewest(const scaling::Trigger& trigger,
                                                   const ScalerContext& context,
                                                   base::SteadyTime now, const EngineViews& views) {
  if (absl::Status complete = context.role.is_complete(now); !complete.ok()) return complete;
  scaling::EngineReadings readings;
  scaling::Past past;
  if (views.metric) readings.metric = &*views.metric;
  if (views.activation) readings.activation = &*views.activation;
  if (views.activation && views.activation->ok()) {
    const auto signal = scaling::ActivationValue(**views.activation, now, context.limits);
    const bool sign = signal.ok() && *signal > trigger.activation->threshold;
    past.last_sign = context.signs.Look(*trigger.activation, sign, now);
  }
  if (trigger.workload) past.none_worked_since = context.spells.Since(trigger, now);
  auto evaluation =
      scaling::Evaluate(trigger, context.store.Load(), now, context.limits, readings, past);
  if (trigger.workload && evaluation.ok()) context.spells.Note(trigger, evaluation->workload, now);
  return evaluation;
}

std::optional<absl::StatusOr<externalscaler::IsActiveResponse>> IsActive(
    const externalscaler::ScaledObjectRef& object, const ScalerContext& context,
    base::SteadyTime now, bool may_wait) {
  const auto trigger = ReadTrigger(object);
  if (!trigger.ok()) return trigger.status();
  const EngineViews views = ReadEngines(*trigger, context, now, false);
  if (may_wait && !views.settled()) return std::nullopt;
  const auto evaluation = EvaluateNewest(*trigger, context, now, views);
  if (!evaluation.ok()) return evaluation.status();
  externalscaler::IsActiveResponse response;
  response.set_result(evaluation->active);
  return response;
}

absl::StatusOr<externalscaler::GetMetricSpecResponse> GetMetricSpec(
    const externalscaler::ScaledObjectRef& object) {
  const auto trigger = ReadTrigger(object);
  if (!trigger.ok()) return trigger.status();
  externalscaler::GetMetricSpecResponse response;
  externalscaler::MetricSpec& spec = *response.add_metricspecs();
  spec.set_metricname(trigger->metric_name);
  spec.set_targetsizefloat(trigger->target);
  // The deprecated field cannot say 0.5, and 0 is no target.
  spec.set_targetsize(std::max<int64_t>(1, std::llround(trigger->target)));
  return response;
}

std::optional<absl::StatusOr<externalscaler::GetMetricsResponse>> GetMetrics(
    const externalscaler::GetMetricsRequest& request, const ScalerContext& context,
    base::SteadyTime now, bool may_wait) {
  const externalscaler::ScaledObjectRef& object = request.scaledobjectref();
  const auto trigger = ReadTrigger(object);
  if (!trigger.ok()) return trigger.status();
  if (request.metricname() != trigger->metric_name) {
    return absl::InvalidArgumentError(base::StrCat(
        "no metric \"", request.metricname().substr(0, 256), "\" was announced for ScaledObject ",
        object.namespace_(), "/", object.name(), "; its metric is \"", trigger->metric_name, "\""));
  }
  const EngineViews views = ReadEngines(*trigger, context, now, false);
  if (may_wait && !views.settled()) return std::nullopt;
  const auto evaluation = EvaluateNewest(*trigger, context, now, views);
  if (!evaluation.ok()) return evaluation.status();
  double reported = evaluation->value;
  if (trigger->window > base::Duration::zero()) {
    const auto average = context.windows.Ask(HistoryKey(object), *trigger, reported, now);
    if (!average.ok()) return average.status();
    reported = *average;
  }
  externalscaler::GetMetricsResponse response;
  externalscaler::MetricValue& value = *response.add_metricvalues();
  value.set_metricname(trigger->metric_name);
  value.set_metricvaluefloat(reported);
  value.set_metricvalue(std::llround(reported));
  return response;
}

}  // namespace gpuscaler::serving
