// The table of metrics: what a trigger's `metricType` can name. Validation,
// help, error messages, /metrics, JSON and docs/metrics.md come from its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gpuscaler::catalog {

// The rows' order. GPU metrics first: telemetry::Readings has a place for each
// of those; engine metrics follow.
enum class Metric : uint8_t {
  kGpuUtilization,
  kMemoryUtilization,
  kMemoryUsedMib,
  kMemoryTotalMib,
  kMemoryUsedPercent,
  kTemperature,
  kPowerDraw,
  kPcieTxKbps,
  kPcieRxKbps,
  kNvlinkTxMbps,
  kNvlinkRxMbps,
  kVllmInflight,
  kVllmQueueDepth,
  kVllmKvCacheUsage,
  kTritonQueueWaitMs,
  kTritonRequestRate,
  kSglangInflight,
  kTgiInflight,
  kTensorrtLlmInflight,
};
inline constexpr size_t kGpuMetricCount = 11;
inline constexpr size_t kMetricCount = 19;

// A lane is a set of metrics that one thread reads at one period.
enum class Lane : uint8_t {
  kFast,       // what scaling needs within a moment
  kFull,       // everything else that is cheap to read
  kBandwidth,  // what blocks: one PCIe reading takes 20 ms
};
inline constexpr size_t kLaneCount = 3;
std::string_view LaneName(Lane lane);

enum class Origin : uint8_t {
  kGpu,     // read from the hardware
  kEngine,  // scraped from an inference engine
};

// What becomes of a reading when replicas are added at constant load.
enum class Kind : uint8_t {
  kIntensity,  // it falls: the load is shared
  kAmount,     // it stays: each replica has its own
  kTotal,      // a sum over all replicas as it is: requests, queues
};
std::string_view KindName(Kind kind);

// How /metrics shows a metric; name empty: not shown.
struct Series {
  std::string_view name;       // without the prefix keda_gpu_scaler_
  std::string_view direction;  // value of the label `direction`; empty: no such label
  double scale = 1;            // series value = scale x reading
};

struct MetricRow {
  Metric id;
  std::string_view name;
  std::string_view unit;
  std::string_view help;
  Origin origin;
  Kind kind;
  Lane lane;      // of a GPU metric
  bool scalable;  // a trigger can name it
  Series series;
  double ceiling = 0;  // no reading of a sound GPU exceeds it; 0: none is known

  bool is_percent() const { return unit == "%"; }
};

std::span<const MetricRow> Metrics();
const MetricRow& Row(Metric metric);
// nullptr: no metric of this name. Exact match.
const MetricRow* FindMetric(std::string_view name);
// The names that a trigger can use, "a, b, c".
std::string ScalableMetricNames();

}  // namespace gpuscaler::catalog
