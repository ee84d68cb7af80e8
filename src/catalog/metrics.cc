#include "catalog/metrics.h"

#include <array>

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

constexpr double kBytesPerMib = 1024.0 * 1024.0;

// clang-format off
constexpr std::array<MetricRow, kMetricCount> kMetrics = {{
    {Metric::kGpuUtilization, "gpu_utilization", "%",
     "Share of the last sampling window (1/6 s to 1 s) in which at least one kernel ran.",
     Origin::kGpu, Kind::kIntensity, Lane::kFast, true,
     {"gpu_utilization_percent", "", 1}, 100},
    {Metric::kMemoryUtilization, "memory_utilization", "%",
     "Share of the last sampling window in which device memory was read or written.",
     Origin::kGpu, Kind::kIntensity, Lane::kFast, true,
     {"gpu_memory_utilization_percent", "", 1}, 100},
    {Metric::kMemoryUsedMib, "memory_used_mib", "MiB",
     "Device memory in use, without what the driver reserves for itself.",
     Origin::kGpu, Kind::kAmount, Lane::kFast, true,
     {"gpu_memory_used_bytes", "", kBytesPerMib}},
    {Metric::kMemoryTotalMib, "memory_total_mib", "MiB",
     "Device memory in all.",
     Origin::kGpu, Kind::kAmount, Lane::kFast, false,
     {"gpu_memory_total_bytes", "", kBytesPerMib}},
    {Metric::kMemoryUsedPercent, "memory_used_percent", "%",
     "Device memory in use, of what the driver leaves usable: used / (total - reserved).",
     Origin::kGpu, Kind::kAmount, Lane::kFast, true,
     {"gpu_memory_used_percent", "", 1}, 100},
    {Metric::kTemperature, "temperature", "C",
     "Temperature of the GPU die.",
     Origin::kGpu, Kind::kAmount, Lane::kFull, true,
     {"gpu_temperature_celsius", "", 1}, 120},
    {Metric::kPowerDraw, "power_draw", "W",
     "Power drawn by the board: an average over 1 s on most GPUs since Ampere, else instantaneous.",
     Origin::kGpu, Kind::kIntensity, Lane::kFull, true,
     {"gpu_power_draw_watts", "", 1}},
    {Metric::kPcieTxKbps, "pcie_tx_kbps", "KB/s",
     "PCIe traffic sent by the GPU, over a window of 20 ms.",
     Origin::kGpu, Kind::kIntensity, Lane::kBandwidth, true,
     {"gpu_pcie_throughput_kbps", "tx", 1}},
    {Metric::kPcieRxKbps, "pcie_rx_kbps", "KB/s",
     "PCIe traffic received by the GPU, over a window of 20 ms.",
     Origin::kGpu, Kind::kIntensity, Lane::kBandwidth, true,
     {"gpu_pcie_throughput_kbps", "rx", 1}},
    {Metric::kNvlinkTxMbps, "nvlink_tx_mbps", "MB/s",
     "NVLink data sent by the GPU on all links, between the two newest readings (10^6 bytes/s).",
     Origin::kGpu, Kind::kIntensity, Lane::kFull, true,
     {"gpu_nvlink_throughput_mbps", "tx", 1}},
    {Metric::kNvlinkRxMbps, "nvlink_rx_mbps", "MB/s",
     "NVLink data received by the GPU on all links, between the two newest readings (10^6 bytes/s).",
     Origin::kGpu, Kind::kIntensity, Lane::kFull, true,
     {"gpu_nvlink_throughput_mbps", "rx", 1}},
    {Metric::kVllmInflight, "vllm_inflight", "requests",
     "vLLM requests waiting and running.",
     Origin::kEngine, Kind::kTotal, Lane::kFast, true, {}},
    {Metric::kVllmQueueDepth, "vllm_queue_depth", "requests",
     "vLLM requests waiting.",
     Origin::kEngine, Kind::kTotal, Lane::kFast, true, {}},
    {Metric::kVllmKvCacheUsage, "vllm_kv_cache_usage", "%",
     "vLLM KV cache in use.",
     Origin::kEngine, Kind::kIntensity, Lane::kFast, true, {}, 100},
    {Metric::kTritonQueueWaitMs, "triton_queue_wait_ms", "ms",
     "Mean time that a Triton request waited in the queue, between the two newest scrapes.",
     Origin::kEngine, Kind::kIntensity, Lane::kFast, true, {}},
    {Metric::kTritonRequestRate, "triton_request_rate", "requests/s",
     "Triton inference requests per second, over the last 5 seconds.",
     Origin::kEngine, Kind::kTotal, Lane::kFast, true, {}},
    {Metric::kSglangInflight, "sglang_inflight", "requests",
     "SGLang requests waiting and running.",
     Origin::kEngine, Kind::kTotal, Lane::kFast, true, {}},
    {Metric::kTgiInflight, "tgi_inflight", "requests",
     "Text Generation Inference requests waiting and running.",
     Origin::kEngine, Kind::kTotal, Lane::kFast, true, {}},
    {Metric::kTensorrtLlmInflight, "tensorrt_llm_inflight", "requests",
     "TensorRT-LLM requests waiting and running.",
     Origin::kEngine, Kind::kTotal, Lane::kFast, true, {}},
}};
// clang-format on

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kMetrics.size(); ++i) {
    if (kMetrics[i].id != static_cast<Metric>(i)) return false;
    if ((kMetrics[i].origin == Origin::kGpu) != (i < kGpuMetricCount)) return false;
  }
  return true;
}
static_assert(RowsAreInOrder(), "a row's place is its Metric's value, GPU metrics first");

constexpr std::string_view kLaneNames[kLaneCount] = {"fast", "full", "bandwidth"};
constexpr std::string_view kKindNames[] = {"intensity", "amount", "total"};

}  // namespace

std::string_view LaneName(Lane lane) {
  return kLaneNames[static_cast<size_t>(lane)];
}

std::string_view KindName(Kind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

std::span<const MetricRow> Metrics() {
  return kMetrics;
}

const MetricRow& Row(Metric metric) {
  return kMetrics[static_cast<size_t>(metric)];
}

const MetricRow* FindMetric(std::string_view name) {
  for (const MetricRow& row : kMetrics) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string ScalableMetricNames() {
  std::string names;
  for (const MetricRow& row : kMetrics) {
    if (row.scalable) base::AppendItem(&names, row.name);
  }
  return names;
}

}  // namespace gpuscaler::catalog
