#include "cli/watched_trigger.h"

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "base/terminal_text.h"
#include "manifests/hpa_limits.h"

namespace gpuscaler::cli {

WatchedTrigger::WatchedTrigger(const manifests::ScaledObject& object,
                               const manifests::ScaledObjectTrigger& trigger)
    : object_(object),
      trigger_(trigger),
      hpa_(manifests::HpaLimitsOf(object)),
      tolerances_(manifests::HpaTolerancesOf(object)),
      replicas_(object.min_replicas) {}

void WatchedTrigger::Poll(keda::KedaClient& client, base::SteadyTime now) {
  status_ = Ask(client);
  if (!status_.ok()) return;
  if (replicas_ == 0) {
    wanted_ = answer_.active ? 1 : 0;
    replicas_ = wanted_;
    return;
  }
  wanted_ = scaling::DesiredReplicas(trigger_.hpa_metric_type, answer_.value, spec_->target,
                                     replicas_, replicas_, tolerances_);
  replicas_ = hpa_.Sync(now, wanted_, replicas_);
}

absl::Status WatchedTrigger::Ask(keda::KedaClient& client) {
  if (!spec_) {
    auto spec = client.GetMetricSpec(object_, trigger_);
    if (!spec.ok()) return spec.status();
    spec_ = *std::move(spec);
  }
  const auto answer = client.Poll(object_, trigger_, spec_->metric_name);
  if (!answer.ok()) return answer.status();
  answer_ = *answer;
  return absl::OkStatus();
}

std::string WatchedTrigger::Head() {
  return absl::StrFormat("%-28s %-28s %10s %10s  %-12s  %-8s  %9s  %8s", "SCALEDOBJECT", "METRIC",
                         "VALUE", "TARGET", "METRICTYPE", "ACTIVE", "HPA WANTS", "REPLICAS");
}

std::string WatchedTrigger::Row() const {
  const std::string name =
      base::TerminalText(base::StrCat(object_.object_namespace, "/", object_.name));
  if (!status_.ok()) {
    return absl::StrFormat("%-28s %s: %s", name, absl::StatusCodeToString(status_.code()),
                           base::TerminalText(base::Message(status_), 1000));
  }
  const bool average = trigger_.hpa_metric_type == scaling::HpaMetricType::kAverageValue;
  return absl::StrFormat("%-28s %-28s %10.1f %10.1f  %-12s  %-8s  %9d  %8d", name,
                         base::TerminalText(spec_->metric_name, 64), answer_.value, spec_->target,
                         average ? "AverageValue" : "Value", answer_.active ? "yes" : "no", wanted_,
                         replicas_);
}

}  // namespace gpuscaler::cli
