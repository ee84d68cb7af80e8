#include "scaling/metadata_key.h"

#include <array>

#include "scaling/activation_choice.h"
#include "scaling/engine_choice.h"
#include "scaling/metadata_value.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

constexpr double kLargest = 1e12;

// clang-format off
constexpr KeyRow kRows[] = {
    {{"profile", "Row of the profile table; any other key overrides it.",
      "the name of a profile", "none"},
     ReadProfile, catalog::ProfileNames},
    {{"metricType", "Row of the metric table; with engine what that is asked for.",
      "the name of a metric, or with engine of a quantity", "the profile's, else gpu_utilization"},
     ReadMetric, MetricTypesAllowed},
    {{"targetValue", "HPA's target, in the metric's unit.",
      "a number from 0.001 to 10^12, for a percentage at most 100 unless aggregation or podAggregation is sum",
      "the profile's, else 80 for percentages; for other metrics it must be given"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, kSmallestTarget, kLargest, &draft.target);
     }},
    {{"targetGpuUtilization", "Metric gpu_utilization and its target at once.",
      "a number from 0.001 to 100, with aggregation or podAggregation sum to 10^12", "none"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, kSmallestTarget, kLargest, &draft.gpu_utilization_target);
     }},
    {{"targetMemoryUtilization", "Metric memory_used_percent and its target at once.",
      "a number from 0.001 to 100, with aggregation or podAggregation sum to 10^12", "none"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, kSmallestTarget, kLargest,
                                 &draft.memory_utilization_target);
     }},
    {{"activationThreshold",
      "Active while any GPU that takes part, or the aggregate, exceeds this.",
      "a number from 0 to 10^12", "the profile's, else 0"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, 0, kLargest, &draft.activation_threshold);
     }},
    {{"aggregation", "How the readings of several GPUs become one.",
      "the name of an aggregation", "the profile's; else with workload avg; of an engine's metric that of its row (docs/metrics.md); else max"},
     ReadAggregation, catalog::AggregationNames},
    {{"gpuIndex", "One GPU of each node; not with workload, which says whose GPUs count.",
      "an integer from -1 (all GPUs) to 65535", "-1"},
     ReadGpuIndex},
    {{"pollIntervalSeconds", "Heartbeat of StreamIsActive; changes are pushed at once.",
      "an integer from 1 to 3600", "10"},
     ReadHeartbeat},
    {{"metricName", "Name reported to KEDA.",
      "1 to 253 letters, digits and _ . : -", "the profile's, else keda_gpu_metric"},
     ReadMetricName},
    {{"workload", "Only GPUs held by the pods of this workload, in the ScaledObject's namespace.",
      "KIND/NAME", "all GPUs in view"},
     ReadWorkload, WorkloadsAllowed},
    {{"hpaMetricType", "The trigger's own metricType, which KEDA does not pass on: with workload, one that "
      "differs from it makes HPA go on to maxReplicaCount.",
      "AverageValue or Value", "AverageValue"},
     ReadHpaMetricType},
    {{"warmupSeconds", "With workload: how long a new replica may be warming.",
      "a number from 0 to 86400", "300"},
     ReadWarmup},
    {{"groupBy", "With workload: first combine the GPUs within each pod, or not.",
      "gpu or pod", "gpu"},
     ReadGroupBy},
    {{"podAggregation", "With groupBy pod: how the GPUs within a pod become one.",
      "the name of an aggregation", "max"},
     ReadPodAggregation, catalog::AggregationNames},
    {{"window", "Average of the reported value over the last seconds.",
      "seconds from 0 to 300, as a number or like 30s or 2m", "0: the newest value"},
     ReadWindow},
    {{"minCoveragePercent",
      "Share of the nodes, with workload of its replicas, that must be fresh, else UNAVAILABLE.",
      "a number from 0 to 100", "50; with workload 0"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, 0, 100, &draft.min_coverage_percent);
     }},
    {{"sharedGpus", "With workload: what becomes of a GPU held by other workloads too.",
      "error or whole", "error"},
     ReadSharedGpus},
    {{"engine", "The inference engine that is asked, at engineEndpoint, for metricType.",
      "the name of an engine", "none"},
     ReadEngine, catalog::EngineNames},
    {{"engineEndpoint", "Where the engine serves its metrics; every address behind the name is read.",
      "a URL, http://NAME:PORT or with a path", "none"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadUrl(value, &draft.engine_endpoint);
     }, nullptr, true},
    {{"engineMetric", "With engine prometheus: the series, whose sum it is, or its growth per second.",
      "SERIES{LABEL=\"VALUE\"} or rate(SERIES)", "none"},
     ReadEngineMetric},
    {{"vllmEndpoint", "engine vllm and its engineEndpoint at once.",
      "a URL, http://NAME:PORT or with a path", "none"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadUrl(value, &draft.vllm_endpoint);
     }, nullptr, true},
    {{"tritonEndpoint", "engine triton and its engineEndpoint at once.",
      "a URL, http://NAME:PORT or with a path", "none"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadUrl(value, &draft.triton_endpoint);
     }, nullptr, true},
    {{"activationEndpoint", "Where the signal is that exists at zero replicas: a router's metrics.",
      "a URL, http://NAME:PORT or with a path", "none"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadUrl(value, &draft.activation_endpoint);
     }, nullptr, true},
    {{"activationMetric", "That signal.",
      "ENGINE/QUANTITY like llm-d/waiting, SERIES{LABEL=\"VALUE\"}, or rate(SERIES)", "none"},
     ReadActivationMetric},
    {{"activationMetricThreshold", "Active while that signal exceeds this.",
      "a number from 0 to 10^12", "0"},
     [](std::string_view value, TriggerDraft& draft) {
       return ReadOptionalNumber(value, 0, kLargest, &draft.activation_metric_threshold);
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
