#include "scaling/metadata_key.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.h"
#include "scaling/number.h"
#include "scaling/value_history.h"

namespace gpuscaler::scaling {
namespace {

constexpr double kSmallestTarget = 0.001;  // KEDA counts in thousandths: less becomes 0
constexpr double kLargest = 1e12;

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
  if (draft.metric == nullptr) return "is not a metric";
  return draft.metric->scalable ? "" : "does not change with load, so nothing can scale on it";
}

std::string ReadAggregation(std::string_view value, TriggerDraft& draft) {
  const catalog::AggregationRow* row = catalog::FindAggregation(value);
  if (row == nullptr) return "is not an aggregation";
  draft.aggregation = row->id;
  return "";
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

// Keys that this version does not serve are still read as far as it can.
std::string ReadAnyText(std::string_view, TriggerDraft&) {
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
  const catalog::AggregationRow* row = catalog::FindAggregation(value);
  if (row == nullptr) return "is not an aggregation";
  draft.pod_aggregation = row->id;
  return "";
}

std::string ReadSharedGpus(std::string_view value, TriggerDraft& draft) {
  if (value != "error" && value != "whole") return "is not one of its values";
  draft.has_shared_gpus = true;
  draft.trigger.shared_gpus = value == "whole" ? SharedGpus::kWhole : SharedGpus::kError;
  return "";
}

// clang-format off
constexpr KeyRow kRows[] = {
    {{"profile", "Row of the profile table; any other key overrides it.",
      "the name of a profile", "none", true},
     ReadProfile, catalog::ProfileNames},
    {{"metricType", "Row of the metric table.",
      "the name of a metric", "the profile's, else gpu_utilization", true},
     ReadMetric, catalog::ScalableMetricNames},
    {{"targetValue", "HPA's target, in the metric's unit.",
      "a number from 0.001 to 10^12, for a percentage at most 100 unless the aggregation is sum",
      "the profile's, else 80 for percentages; for other metrics it must be given", true},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, kSmallestTarget, kLargest, &draft.target);
     }},
    {{"targetGpuUtilization", "Metric gpu_utilization and its target at once.",
      "a number from 0.001 to 100, with the aggregation sum to 10^12", "none", true},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, kSmallestTarget, kLargest, &draft.gpu_utilization_target);
     }},
    {{"targetMemoryUtilization", "Metric memory_used_percent and its target at once.",
      "a number from 0.001 to 100, with the aggregation sum to 10^12", "none", true},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, kSmallestTarget, kLargest,
                                 &draft.memory_utilization_target);
     }},
    {{"activationThreshold",
      "Active while any GPU that takes part, or the aggregate, exceeds this.",
      "a number from 0 to 10^12", "the profile's, else 0", true},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, 0, kLargest, &draft.activation_threshold);
     }},
    {{"aggregation", "How the readings of several GPUs become one.",
      "the name of an aggregation", "with workload avg; else the profile's, else max", true},
     ReadAggregation, catalog::AggregationNames},
    {{"gpuIndex", "One GPU of each node.",
      "an integer from -1 (all GPUs) to 65535", "-1", true},
     ReadGpuIndex},
    {{"pollIntervalSeconds", "Heartbeat of StreamIsActive; changes are pushed at once.",
      "an integer from 1 to 3600", "10", true},
     ReadHeartbeat},
    {{"metricName", "Name reported to KEDA.",
      "1 to 253 letters, digits and _ . : -", "the profile's, else keda_gpu_metric", true},
     ReadMetricName},
    {{"workload", "Only GPUs held by the pods of this workload, in the ScaledObject's namespace.",
      "KIND/NAME", "all GPUs in view", true},
     ReadWorkload, WorkloadsAllowed},
    {{"hpaMetricType", "The trigger's own metricType, which KEDA does not pass on.",
      "AverageValue or Value", "AverageValue", true},
     ReadHpaMetricType},
    {{"warmupSeconds", "With workload: how long a new replica may be warming.",
      "a number from 0 to 86400", "300", true},
     ReadWarmup},
    {{"groupBy", "With workload: first combine the GPUs within each pod, or not.",
      "gpu or pod", "gpu", true},
     ReadGroupBy},
    {{"podAggregation", "With groupBy pod: how the GPUs within a pod become one.",
      "the name of an aggregation", "max", true},
     ReadPodAggregation, catalog::AggregationNames},
    {{"window", "Average of the reported value over the last seconds.",
      "seconds from 0 to 300, as a number or like 30s or 2m", "0: the newest value", true},
     ReadWindow},
    {{"minCoveragePercent",
      "Share of the nodes, with workload of its replicas, that must be fresh, else UNAVAILABLE.",
      "a number from 0 to 100", "50; with workload 0", true},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, 0, 100, &draft.min_coverage_percent);
     }},
    {{"sharedGpus", "With workload: what becomes of a GPU held by other workloads too.",
      "error or whole", "error", true},
     ReadSharedGpus},
    {{"engine", "The inference engine whose metrics are scraped.",
      "the name of an engine", "none", false},
     ReadAnyText},
    {{"engineEndpoint", "Where the engine's metrics are.", "a URL", "none", false}, ReadAnyText},
    {{"engineMetric", "A series of the engine.", "a series name", "none", false}, ReadAnyText},
    {{"vllmEndpoint", "Where vLLM's metrics are.", "a URL", "none", false},
     [](std::string_view, TriggerDraft& draft) {
       draft.has_vllm_endpoint = true;
       return std::string();
     }},
    {{"tritonEndpoint", "Where Triton's metrics are.", "a URL", "none", false}, ReadAnyText},
    {{"activationEndpoint", "Where the signal is that exists at zero replicas.",
      "a URL", "none", false},
     ReadAnyText},
    {{"activationMetric", "That signal: a gauge, or rate(COUNTER).",
      "a series name", "none", false},
     ReadAnyText},
    {{"activationMetricThreshold", "Active while that signal exceeds this.",
      "a number from 0 to 10^12", "0", false},
     [](std::string_view value, TriggerDraft&) {
       double threshold = 0;
       return ReadNumber(value, 0, kLargest, &threshold);
     }},
};
// clang-format on

constexpr size_t kRowCount = std::size(kRows);

constexpr std::array<KeyDoc, kRowCount> DocsOfRows() {
  std::array<KeyDoc, kRowCount> docs = {};
  for (size_t i = 0; i < kRowCount; ++i) docs[i] = kRows[i].doc;
  return docs;
}
constexpr std::array<KeyDoc, kRowCount> kDocs = DocsOfRows();

}  // namespace

std::string KeyRow::Allowed() const {
  return names == nullptr ? std::string(doc.allowed) : names();
}

std::span<const KeyRow> KeyRows() {
  return kRows;
}

std::span<const KeyDoc> KeyDocs() {
  return kDocs;
}

}  // namespace gpuscaler::scaling
