#include "scaling/metadata_value.h"

#include <algorithm>
#include <cstdint>

#include "base/strings.h"
#include "base/time.h"
#include "scaling/number.h"
#include "scaling/value_history.h"

namespace gpuscaler::scaling {
namespace {

std::string ReadAnyAggregation(std::string_view value,
                               std::optional<catalog::Aggregation>* aggregation) {
  const catalog::AggregationRow* row = catalog::FindAggregation(value);
  if (row == nullptr) return "is not an aggregation";
  *aggregation = row->id;
  return "";
}

}  // namespace

std::string ReadOptionalNumber(std::string_view value, double min, double max,
                               std::optional<double>* number) {
  double read = 0;
  std::string problem = ReadNumber(value, min, max, &read);
  if (problem.empty()) *number = read;
  return problem;
}

std::string ReadProfile(std::string_view value, TriggerDraft& draft) {
  draft.profile = catalog::FindProfile(value);
  return draft.profile == nullptr ? "is not a profile" : "";
}

std::string ReadMetric(std::string_view value, TriggerDraft& draft) {
  draft.metric = catalog::FindMetric(value);
  if (draft.metric == nullptr) draft.quantity = catalog::FindQuantity(value);
  if (draft.quantity != nullptr) return "";
  if (draft.metric == nullptr) return "is not a metric";
  return draft.metric->scalable ? "" : "does not change with load, so nothing can scale on it";
}

std::string MetricTypesAllowed() {
  return base::StrCat(catalog::ScalableMetricNames(), "; with engine: ", catalog::QuantityNames());
}

std::string ReadAggregation(std::string_view value, TriggerDraft& draft) {
  return ReadAnyAggregation(value, &draft.aggregation);
}

std::string ReadGpuIndex(std::string_view value, TriggerDraft& draft) {
  int64_t index = -1;
  std::string problem = ReadInteger(value, -1, UINT16_MAX, &index);
  if (problem.empty() && index >= 0) draft.trigger.gpu_index = static_cast<uint32_t>(index);
  return problem;
}

std::string ReadHeartbeat(std::string_view value, TriggerDraft& draft) {
  int64_t seconds = 0;
  std::string problem = ReadInteger(value, 1, 3600, &seconds);
  if (problem.empty()) draft.trigger.heartbeat = std::chrono::seconds(seconds);
  return problem;
}

// HPA's metric names are segments of a path: neither "/" nor "%"
// (k8s.io/apimachinery, IsValidPathSegmentName).
std::string ReadMetricName(std::string_view value, TriggerDraft& draft) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == ':' || c == '-';
  };
  if (value.size() > 253) return "is too long";
  if (!std::all_of(value.begin(), value.end(), allowed)) return "is not a metric name";
  draft.trigger.metric_name = value;
  return "";
}

std::string ReadHpaMetricType(std::string_view value, TriggerDraft& draft) {
  if (value != "AverageValue" && value != "Value") return "is not a metric type of a trigger";
  draft.trigger.hpa_metric_type =
      value == "Value" ? HpaMetricType::kValue : HpaMetricType::kAverageValue;
  return "";
}

std::string ReadWindow(std::string_view value, TriggerDraft& draft) {
  double seconds = 0;
  std::string problem = ReadNumber(value, 0, base::ToSeconds(kLongestWindow), &seconds);
  if (problem.empty()) {
    draft.trigger.window =
        std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
    return "";
  }
  const absl::StatusOr<base::Duration> duration = base::ParseDuration(value);
  if (!duration.ok()) return problem;
  if (*duration < base::Duration::zero() || *duration > kLongestWindow) return "is out of range";
  draft.trigger.window = *duration;
  return "";
}

// KIND/NAME. Names are DNS labels and subdomains; a glob may also hold * and ?.
std::string ReadWorkload(std::string_view value, TriggerDraft& draft) {
  const size_t slash = value.find('/');
  if (slash == std::string_view::npos) return "has no \"/\"";
  const catalog::WorkloadKindRow* kind = catalog::FindWorkloadKind(value.substr(0, slash));
  if (kind == nullptr) return "is of no kind that is known";
  const std::string_view name = value.substr(slash + 1);
  const bool glob = kind->name == "pods";
  const auto allowed = [glob](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           (glob && (c == '*' || c == '?'));
  };
  if (name.empty() || name.size() > 253) return "has no name of 1 to 253 characters";
  if (!std::all_of(name.begin(), name.end(), allowed)) return "has no name that Kubernetes allows";
  draft.trigger.workload = {kind, std::string(name), ""};
  return "";
}

std::string WorkloadsAllowed() {
  return "KIND/NAME with the kinds " + catalog::WorkloadKindNames() + " (pods/GLOB)";
}

std::string ReadWarmup(std::string_view value, TriggerDraft& draft) {
  double seconds = 0;
  std::string problem = ReadNumber(value, 0, 86400, &seconds);
  if (!problem.empty()) return problem;
  draft.has_warmup = true;
  draft.trigger.warmup =
      std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
  return "";
}

std::string ReadGroupBy(std::string_view value, TriggerDraft& draft) {
  if (value != "gpu" && value != "pod") return "is not one of its values";
  draft.group_by_pod = value == "pod";
  return "";
}

std::string ReadPodAggregation(std::string_view value, TriggerDraft& draft) {
  return ReadAnyAggregation(value, &draft.pod_aggregation);
}

std::string ReadSharedGpus(std::string_view value, TriggerDraft& draft) {
  if (value != "error" && value != "whole") return "is not one of its values";
  draft.has_shared_gpus = true;
  draft.trigger.shared_gpus = value == "whole" ? SharedGpus::kWhole : SharedGpus::kError;
  return "";
}

}  // namespace gpuscaler::scaling
