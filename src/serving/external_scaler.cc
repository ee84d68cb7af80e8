#include "serving/external_scaler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.h"
#include "scaling/activation.h"
#include "scaling/standing.h"

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

scaling::Past PastOf(const scaling::Trigger& trigger, const ScalerContext& context,
                     base::SteadyTime now, const scaling::EngineReadings& engines, Looker looker) {
  scaling::Past past;
  if (trigger.activation) {
    const absl::StatusOr<bool> sign =
        ActivationExceeds(*trigger.activation, engines.activation, now, context.limits);
    past.last_sign =
        context.signs.Note(trigger, sign.ok() ? std::optional(*sign) : std::nullopt, now, looker);
  }
  if (trigger.workload) past.none_worked_since = context.spells.Since(trigger, now);
  return past;
}

// What is found of a trigger that KEDA asks about; empty: more is known in a moment.
std::optional<scaling::Findings> Asked(const scaling::Trigger& trigger,
                                       const ScalerContext& context, base::SteadyTime now,
                                       bool may_wait) {
  const EngineViews views = ReadEngines(trigger, context, now, false);
  if (may_wait && !views.settled()) return std::nullopt;
  return FindNewest(trigger, context, now, views, Looker::kKeda);
}

void Note(const ScalerContext& context, const externalscaler::ScaledObjectRef& object,
          const Answer& answer, base::SteadyTime now) {
  if (context.decisions != nullptr) context.decisions->Record(object, answer, now);
}

absl::Status CheckName(const std::string& asked, const scaling::Trigger& trigger,
                       const externalscaler::ScaledObjectRef& object) {
  if (asked == trigger.metric_name) return absl::OkStatus();
  return absl::InvalidArgumentError(base::StrCat(
      "no metric \"", asked.substr(0, 256), "\" was announced for ScaledObject ",
      object.namespace_(), "/", object.name(), "; its metric is \"", trigger.metric_name, "\""));
}

// The average, with a window.
absl::StatusOr<double> Reported(const externalscaler::ScaledObjectRef& object,
                                const scaling::Trigger& trigger, const ScalerContext& context,
                                const scaling::Findings& findings, base::SteadyTime now) {
  if (!findings.value_status.ok()) return findings.value_status;
  const double value = findings.evaluation.value;
  if (trigger.window == base::Duration::zero()) return value;
  return context.windows.Ask(WindowKey(object), trigger, value, now);
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

scaling::Findings FindNewest(const scaling::Trigger& trigger, const ScalerContext& context,
                             base::SteadyTime now, const EngineViews& views, Looker looker) {
  scaling::Findings findings;
  if (absl::Status complete = context.role.is_complete(now); !complete.ok()) {
    findings.evaluation.evaluated_at = now;
    findings.value_status = complete;
    findings.active_status = std::move(complete);
    return findings;
  }
  const scaling::EngineReadings engines = ReadingsOf(views);
  scaling::EvaluationLimits limits = context.limits;
  limits.unseen = context.role.unseen(now);
  findings = scaling::EvaluateInFull(trigger, context.store.Load(), now, limits, engines,
                                     PastOf(trigger, context, now, engines, looker));
  if (looker == Looker::kOnlooker) return findings;
  if (trigger.workload) context.spells.Note(trigger, findings.evaluation.workload, now);
  if (trigger.activation) context.signs.See(trigger, StandingOf(findings), now);
  return findings;
}

Answer AnswerOf(Question question, const scaling::Findings& findings) {
  const scaling::Evaluation& evaluation = findings.evaluation;
  Answer answer;
  answer.question = question;
  answer.status =
      question == Question::kGetMetrics ? findings.value_status : findings.active_status;
  if (findings.active_status.ok()) answer.active = evaluation.active;
  answer.held = findings.value_status.ok() && evaluation.held;
  return answer;
}

std::optional<absl::StatusOr<externalscaler::IsActiveResponse>> IsActive(
    const externalscaler::ScaledObjectRef& object, const ScalerContext& context,
    base::SteadyTime now, bool may_wait) {
  const auto trigger = ReadTrigger(object);
  if (!trigger.ok()) {
    Note(context, object, {Question::kIsActive, trigger.status(), {}, {}, false}, now);
    return trigger.status();
  }
  const auto findings = Asked(*trigger, context, now, may_wait);
  if (!findings) return std::nullopt;
  Note(context, object, AnswerOf(Question::kIsActive, *findings), now);
  if (!findings->active_status.ok()) return findings->active_status;
  externalscaler::IsActiveResponse response;
  response.set_result(findings->evaluation.active);
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
  const absl::Status asked =
      trigger.ok() ? CheckName(request.metricname(), *trigger, object) : trigger.status();
  if (!asked.ok()) {
    Note(context, object, {Question::kGetMetrics, asked, {}, {}, false}, now);
    return asked;
  }
  const auto findings = Asked(*trigger, context, now, may_wait);
  if (!findings) return std::nullopt;
  const absl::StatusOr<double> reported = Reported(object, *trigger, context, *findings, now);
  Answer answer = AnswerOf(Question::kGetMetrics, *findings);
  answer.status = reported.status();
  if (reported.ok()) answer.value = *reported;
  Note(context, object, answer, now);
  if (!reported.ok()) return reported.status();
  externalscaler::GetMetricsResponse response;
  externalscaler::MetricValue& value = *response.add_metricvalues();
  value.set_metricname(trigger->metric_name);
  value.set_metricvaluefloat(*reported);
  value.set_metricvalue(std::llround(*reported));
  return response;
}

}  // namespace gpuscaler::serving
