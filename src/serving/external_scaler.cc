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

scaling::EngineReadings ReadingsOf(const EngineViews& views) {
  scaling::EngineReadings readings;
  if (views.metric) readings.metric = &*views.metric;
  if (views.activation) readings.activation = &*views.activation;
  return readings;
}

// Whether the activation signal exceeds its threshold now; empty: it was not read.
std::optional<bool> Sign(const scaling::Trigger& trigger, const EngineViews& views,
                         base::SteadyTime now, const scaling::EvaluationLimits& limits) {
  if (!views.activation || !views.activation->ok()) return std::nullopt;
  const auto signal = scaling::ActivationValue(**views.activation, now, limits);
  return signal.ok() && *signal > trigger.activation->threshold;
}

// What KEDA is told of a trigger, by either call.
struct Measured {
  double value = 0;  // the average, with a window
  std::string metric_name;
  bool active = false;
  bool held = false;
};
using MaybeMeasured = std::optional<absl::StatusOr<Measured>>;

MaybeMeasured Measure(const externalscaler::ScaledObjectRef& object, const std::string* metric_name,
                      const ScalerContext& context, base::SteadyTime now, bool may_wait) {
  auto trigger = ReadTrigger(object);
  if (!trigger.ok()) return trigger.status();
  if (metric_name != nullptr && *metric_name != trigger->metric_name) {
    return absl::InvalidArgumentError(base::StrCat(
        "no metric \"", metric_name->substr(0, 256), "\" was announced for ScaledObject ",
        object.namespace_(), "/", object.name(), "; its metric is \"", trigger->metric_name, "\""));
  }
  const EngineViews views = ReadEngines(*trigger, context, now, false);
  if (may_wait && !views.settled()) return std::nullopt;
  const auto evaluation = EvaluateNewest(*trigger, context, now, views);
  if (!evaluation.ok()) return evaluation.status();
  Measured measured = {evaluation->value, {}, evaluation->active, evaluation->held};
  if (metric_name != nullptr && trigger->window > base::Duration::zero()) {
    const auto average = context.windows.Ask(WindowKey(object), *trigger, evaluation->value, now);
    if (!average.ok()) return average.status();
    measured.value = *average;
  }
  measured.metric_name = std::move(trigger->metric_name);
  return measured;
}

void Note(const ScalerContext& context, const externalscaler::ScaledObjectRef& object,
          Question question, const absl::StatusOr<Measured>& measured, base::SteadyTime now) {
  if (context.decisions == nullptr) return;
  Answer answer;
  answer.question = question;
  answer.status = measured.status();
  if (measured.ok()) {
    if (question == Question::kGetMetrics) answer.value = measured->value;
    answer.active = measured->active;
    answer.held = measured->held;
  }
  context.decisions->Record(object, answer, now);
}

}  // namespace

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
  scaling::EngineReadings readings = ReadingsOf(views);
  if (const auto sign = Sign(trigger, views, now, context.limits)) {
    readings.last_sign = context.signs.Look(*trigger.activation, *sign, now);
  }
  return scaling::Evaluate(trigger, context.store.Load(), now, context.limits, readings);
}

scaling::Findings FindNewest(const scaling::Trigger& trigger, const ScalerContext& context,
                             base::SteadyTime now, const EngineViews& views) {
  if (absl::Status complete = context.role.is_complete(now); !complete.ok()) {
    scaling::Findings findings;
    findings.evaluation.evaluated_at = now;
    findings.status = std::move(complete);
    return findings;
  }
  scaling::EngineReadings readings = ReadingsOf(views);
  if (const auto sign = Sign(trigger, views, now, context.limits)) {
    readings.last_sign = context.signs.Peek(*trigger.activation, *sign, now);
  }
  return scaling::EvaluateInFull(trigger, context.store.Load(), now, context.limits, readings);
}

std::optional<absl::StatusOr<externalscaler::IsActiveResponse>> IsActive(
    const externalscaler::ScaledObjectRef& object, const ScalerContext& context,
    base::SteadyTime now, bool may_wait) {
  const auto measured = Measure(object, nullptr, context, now, may_wait);
  if (!measured) return std::nullopt;
  Note(context, object, Question::kIsActive, *measured, now);
  if (!measured->ok()) return measured->status();
  externalscaler::IsActiveResponse response;
  response.set_result((*measured)->active);
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
  const auto measured = Measure(object, &request.metricname(), context, now, may_wait);
  if (!measured) return std::nullopt;
  Note(context, object, Question::kGetMetrics, *measured, now);
  if (!measured->ok()) return measured->status();
  const double reported = (*measured)->value;
  externalscaler::GetMetricsResponse response;
  externalscaler::MetricValue& value = *response.add_metricvalues();
  value.set_metricname((*measured)->metric_name);
  value.set_metricvaluefloat(reported);
  value.set_metricvalue(std::llround(reported));
  return response;
}

}  // namespace gpuscaler::serving
