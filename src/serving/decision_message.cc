#include "serving/decision_message.h"

#include <optional>
#include <string>

#include "base/strings.h"
#include "base/utf8.h"
#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "engines/endpoint/shown_url.h"
#include "scaling/hpa_step.h"
#include "scaling/replica.h"
#include "serving/object_reference.h"

namespace gpuscaler::serving {

decision::v1::Decision DescribeTrigger(const externalscaler::ScaledObjectRef& object,
                                       const absl::StatusOr<scaling::Trigger>& trigger) {
  decision::v1::Decision decision;
  decision.set_namespace_(base::ToUtf8(object.namespace_()));
  decision.set_name(base::ToUtf8(object.name()));
  if (!trigger.ok()) return decision;
  decision.set_metric_name(base::ToUtf8(trigger->metric_name));
  if (trigger->engine) {
    decision.set_metric(base::ToUtf8(trigger->engine->source.signal->name));
    decision.set_unit(std::string(trigger->engine->unit));
    decision.set_endpoint(
        base::ToUtf8(engines::ShownUrl(trigger->engine->source.endpoint.ToUrl())));
  } else {
    const catalog::MetricRow& metric = catalog::Row(trigger->metric);
    decision.set_metric(std::string(metric.name));
    decision.set_unit(std::string(metric.unit));
  }
  decision.set_aggregation(std::string(catalog::Row(trigger->aggregation).name));
  decision.set_target(trigger->target);
  decision.set_activation_threshold(trigger->activation_threshold);
  decision.set_hpa_metric_type(
      trigger->hpa_metric_type == scaling::HpaMetricType::kValue ? "Value" : "AverageValue");
  if (trigger->workload) decision.set_workload(base::ToUtf8(WhichWorkload(*trigger->workload)));
  return decision;
}

decision::v1::Error DescribeError(const absl::Status& status) {
  decision::v1::Error error;
  error.set_code(absl::StatusCodeToString(status.code()));
  error.set_message(base::ToUtf8(base::Message(status)));
  return error;
}

void SetErrors(const absl::Status& value_status, const absl::Status& active_status,
               decision::v1::Decision& decision) {
  if (!value_status.ok()) *decision.mutable_error() = DescribeError(value_status);
  // Messages hold ages: what was asked twice is one error in two of them.
  if (!active_status.ok() && active_status.code() != value_status.code()) {
    *decision.mutable_active_error() = DescribeError(active_status);
  }
}

namespace {

// What HPA asks for by this value, whatever runs.
void DescribeWanted(const scaling::Trigger& trigger, const KnownDecision& known,
                    decision::v1::Decision& decision) {
  const scaling::HpaStep step =
      NextStep(trigger, *known.value, known.active.value_or(true), std::nullopt);
  decision::v1::Hpa& hpa = *decision.mutable_explanation()->mutable_hpa();
  if (step.desired) hpa.set_desired_replicas(static_cast<uint32_t>(*step.desired));
  hpa.set_text(step.text);
}

}  // namespace

decision::v1::Decision DescribeAnswered(const KnownDecision& known) {
  const absl::StatusOr<scaling::Trigger> trigger = ReadTrigger(*known.object);
  decision::v1::Decision decision = DescribeTrigger(*known.object, trigger);
  if (known.value) {
    decision.set_value(*known.value);
    if (trigger.ok()) DescribeWanted(*trigger, known, decision);
  }
  if (known.active) decision.set_active(*known.active);
  decision.set_held(known.held);
  SetErrors(known.value_status, known.active_status, decision);
  return decision;
}

}  // namespace gpuscaler::serving
