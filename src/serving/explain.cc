#include "serving/explain.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/strings.h"
#include "base/utf8.h"
#include "scaling/active_reason.h"
#include "scaling/explanation.h"
#include "scaling/hpa_step.h"
#include "scaling/number.h"
#include "scaling/value_limits.h"
#include "serving/decision_message.h"
#include "serving/explanation_message.h"
#include "serving/object_reference.h"
#include "telemetry/timestamp.h"

namespace gpuscaler::serving {
namespace {

using decision::v1::Decision;
using decision::v1::Explanation;
using scaling::Evaluation;
using scaling::Trigger;

// Which the scaler knows of; empty: the trigger names neither a workload nor an engine.
std::optional<decision::v1::Replicas> ReplicasOf(const Trigger& trigger,
                                                 const Evaluation& evaluation) {
  decision::v1::Replicas replicas;
  if (trigger.engine) {
    replicas.set_fresh(static_cast<uint32_t>(evaluation.counted));
    replicas.set_missing(static_cast<uint32_t>(evaluation.missing_addresses));
    return replicas;
  }
  if (!trigger.workload) return std::nullopt;
  replicas.set_fresh(static_cast<uint32_t>(evaluation.workload.fresh));
  replicas.set_warming(static_cast<uint32_t>(evaluation.workload.warming));
  replicas.set_missing(static_cast<uint32_t>(evaluation.workload.missing));
  return replicas;
}

void DescribeHpa(const Explained& explained, double value, bool active, Decision& decision) {
  std::optional<int64_t> current = explained.current_replicas;
  if (!current && decision.has_replicas()) {
    const decision::v1::Replicas& replicas = decision.replicas();
    current = int64_t{replicas.fresh()} + replicas.warming() + replicas.missing();
  }
  const scaling::HpaStep step = NextStep(explained.trigger, value, active, current);
  decision::v1::Hpa& hpa = *decision.mutable_explanation()->mutable_hpa();
  if (current) hpa.set_current_replicas(static_cast<uint32_t>(*current));
  if (step.desired) hpa.set_desired_replicas(static_cast<uint32_t>(*step.desired));
  if (step.next) hpa.set_next_replicas(static_cast<uint32_t>(*step.next));
  hpa.set_within_tolerance(step.within_tolerance);
  hpa.set_text(step.text);
}

void DescribeWindow(const Explained& explained, Explanation& explanation) {
  const Trigger& trigger = explained.trigger;
  explanation.set_newest_value(explained.findings.evaluation.value);
  explanation.set_window_seconds(base::ToSeconds(trigger.window));
  const std::string window = base::FormatDuration(trigger.window);
  explanation.add_steps(explained.window_average
                            ? base::StrCat("over the window of ", window, " it was ",
                                           scaling::NumberText(*explained.window_average),
                                           " on average, which is what is reported")
                            : base::StrCat("of the window of ", window,
                                           " nothing is known yet: it begins when KEDA asks"));
}

void DescribeActivity(const Explained& explained, Decision& decision) {
  if (!explained.findings.active_status.ok()) return;
  const Evaluation& evaluation = explained.findings.evaluation;
  decision.set_active(evaluation.active);
  decision.mutable_explanation()->set_active_because(
      base::ToUtf8(WhyActive(explained.trigger, evaluation)));
}

void DescribeValue(const Explained& explained, Decision& decision) {
  const Trigger& trigger = explained.trigger;
  const Evaluation& evaluation = explained.findings.evaluation;
  Explanation& explanation = *decision.mutable_explanation();
  const double value = explained.window_average.value_or(evaluation.value);
  decision.set_value(value);
  decision.set_held(evaluation.held);
  if (evaluation.counted > 0) explanation.set_aggregate(evaluation.aggregate);
  if (trigger.window > base::Duration::zero()) DescribeWindow(explained, explanation);
  for (const std::string& line : ValueLimits(trigger)) explanation.add_steps(line);
  DescribeHpa(explained, value, !decision.has_active() || decision.active(), decision);
}

void DescribeNoValue(Decision& decision) {
  decision.mutable_explanation()->mutable_hpa()->set_text(base::StrCat(
      decision.active() ? "at 0 replicas KEDA starts one, for it is active; " : "",
      "without a value HPA keeps what runs, unless the ScaledObject has a `fallback`"));
}

}  // namespace

Decision DescribeFindings(const Explained& explained) {
  const Evaluation& evaluation = explained.findings.evaluation;
  Decision decision = DescribeTrigger(explained.object, explained.trigger);
  Explanation& explanation = *decision.mutable_explanation();
  telemetry::SetTimestamp(explained.at, *explanation.mutable_evaluated_at());
  DescribeParts(explained.trigger, evaluation, explained.most_parts, explanation);
  if (auto replicas = ReplicasOf(explained.trigger, evaluation)) {
    *decision.mutable_replicas() = *std::move(replicas);
  }
  const scaling::Findings& findings = explained.findings;
  SetErrors(findings.value_status, findings.active_status, decision);
  DescribeActivity(explained, decision);
  for (const std::string& line : ExplainSteps(explained.trigger, findings)) {
    explanation.add_steps(base::ToUtf8(line));
  }
  if (findings.value_status.ok()) {
    DescribeValue(explained, decision);
  } else {
    DescribeNoValue(decision);
  }
  return decision;
}

std::optional<absl::StatusOr<Decision>> Explain(const decision::v1::ExplainRequest& request,
                                                const ScalerContext& context, base::SteadyTime now,
                                                base::WallTime at, bool may_wait) {
  const externalscaler::ScaledObjectRef& object = request.object();
  const auto trigger = ReadTrigger(object);
  if (!trigger.ok()) {
    Decision decision = DescribeTrigger(object, trigger);
    telemetry::SetTimestamp(at, *decision.mutable_explanation()->mutable_evaluated_at());
    SetErrors(trigger.status(), trigger.status(), decision);
    decision.mutable_explanation()->add_steps(
        base::StrCat("no value: ", decision.error().message()));
    DescribeNoValue(decision);
    return decision;
  }
  const EngineViews views = ReadEngines(*trigger, context, now, false);
  if (may_wait && !views.settled()) return std::nullopt;
  const scaling::Findings findings = FindNewest(*trigger, context, now, views, Looker::kOnlooker);
  Explained explained = {object, *trigger, findings, {}, {}, kListedParts, at};
  if (findings.value_status.ok() && trigger->window > base::Duration::zero()) {
    explained.window_average =
        context.windows.Peek(WindowKey(object), *trigger, findings.evaluation.value, now);
  }
  if (request.has_current_replicas()) explained.current_replicas = request.current_replicas();
  if (request.most_parts() > 0) {
    explained.most_parts = std::min<size_t>(request.most_parts(), kMostListedParts);
  }
  return DescribeFindings(explained);
}

}  // namespace gpuscaler::serving
