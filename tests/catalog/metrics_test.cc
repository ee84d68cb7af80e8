#include "catalog/metrics.h"

#include <set>
#include <string_view>
#include <utility>

#include "gtest/gtest.h"

namespace gpuscaler::catalog {
namespace {

TEST(Metrics, HaveUniqueNamesAndAreFoundByThem) {
  std::set<std::string_view> names;
  for (const MetricRow& row : Metrics()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(FindMetric(row.name), &row);
    EXPECT_EQ(&Row(row.id), &row);
    EXPECT_FALSE(row.unit.empty()) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
  EXPECT_EQ(names.size(), 19U);
}

TEST(Metrics, AreFoundByTheirExactNamesOnly) {
  EXPECT_EQ(FindMetric("GPU_UTILIZATION"), nullptr);
  EXPECT_EQ(FindMetric("gpu_utilizatio"), nullptr);
  EXPECT_EQ(FindMetric(""), nullptr);
}

TEST(Metrics, HaveASeriesOfTheirOwnPerDirection) {
  std::set<std::pair<std::string_view, std::string_view>> series;
  for (const MetricRow& row : Metrics()) {
    if (row.series.name.empty()) {
      EXPECT_EQ(row.origin, Origin::kEngine) << row.name;
      continue;
    }
    EXPECT_TRUE(series.insert({row.series.name, row.series.direction}).second) << row.name;
    EXPECT_GT(row.series.scale, 0) << row.name;
  }
  EXPECT_EQ(series.size(), kGpuMetricCount);
}

TEST(Metrics, KeepTheSeriesThatDashboardsKnow) {
  const std::pair<std::string_view, std::string_view> expected[] = {
      {"gpu_utilization", "gpu_utilization_percent"},
      {"memory_used_mib", "gpu_memory_used_bytes"},
      {"memory_total_mib", "gpu_memory_total_bytes"},
      {"temperature", "gpu_temperature_celsius"},
      {"power_draw", "gpu_power_draw_watts"},
      {"pcie_tx_kbps", "gpu_pcie_throughput_kbps"},
      {"pcie_rx_kbps", "gpu_pcie_throughput_kbps"},
      {"nvlink_tx_mbps", "gpu_nvlink_throughput_mbps"},
      {"nvlink_rx_mbps", "gpu_nvlink_throughput_mbps"},
  };
  for (const auto& [metric, series] : expected) EXPECT_EQ(FindMetric(metric)->series.name, series);
  EXPECT_EQ(Row(Metric::kMemoryUsedMib).series.scale, 1048576);
}

TEST(Metrics, ShareSeriesOnlyInOneUnit) {
  for (const MetricRow& a : Metrics()) {
    for (const MetricRow& b : Metrics()) {
      if (a.series.name.empty() || a.series.name != b.series.name) continue;
      EXPECT_EQ(a.unit, b.unit);
      EXPECT_EQ(a.series.scale, b.series.scale);
    }
  }
}

TEST(Metrics, KnowWhatBecomesOfAReadingWhenReplicasAreAdded) {
  for (const char* shared :
       {"gpu_utilization", "memory_utilization", "power_draw", "pcie_tx_kbps", "pcie_rx_kbps",
        "nvlink_tx_mbps", "nvlink_rx_mbps", "vllm_kv_cache_usage", "triton_queue_wait_ms"}) {
    EXPECT_EQ(FindMetric(shared)->kind, Kind::kIntensity) << shared;
  }
  for (const char* own : {"memory_used_mib", "memory_used_percent", "temperature"}) {
    EXPECT_EQ(FindMetric(own)->kind, Kind::kAmount) << own;
  }
  for (const char* total : {"vllm_inflight", "vllm_queue_depth", "triton_request_rate"}) {
    EXPECT_EQ(FindMetric(total)->kind, Kind::kTotal) << total;
  }
}

TEST(Metrics, OfTheFastLaneAreUtilizationAndMemory) {
  for (const MetricRow& row : Metrics().first(kGpuMetricCount)) {
    const bool fast = row.name == "gpu_utilization" || row.name.starts_with("memory_");
    const bool bandwidth = row.name.starts_with("pcie_");
    EXPECT_EQ(row.lane, fast        ? Lane::kFast
                        : bandwidth ? Lane::kBandwidth
                                    : Lane::kFull)
        << row.name;
  }
}

TEST(Metrics, ThatATriggerCanNameAreAllButTheTotal) {
  EXPECT_EQ(ScalableMetricNames(),
            "gpu_utilization, memory_utilization, memory_used_mib, memory_used_percent,"
            " temperature, power_draw, pcie_tx_kbps, pcie_rx_kbps, nvlink_tx_mbps,"
            " nvlink_rx_mbps, vllm_inflight, vllm_queue_depth, vllm_kv_cache_usage,"
            " triton_queue_wait_ms, triton_request_rate, sglang_inflight, tgi_inflight,"
            " tensorrt_llm_inflight");
  EXPECT_FALSE(Row(Metric::kMemoryTotalMib).scalable);
}

TEST(Metrics, ThatArePercentagesAreKnownByTheirUnit) {
  EXPECT_TRUE(Row(Metric::kGpuUtilization).is_percent());
  EXPECT_TRUE(Row(Metric::kVllmKvCacheUsage).is_percent());
  EXPECT_FALSE(Row(Metric::kPowerDraw).is_percent());
}

TEST(LanesAndKinds, HaveNames) {
  EXPECT_EQ(LaneName(Lane::kFast), "fast");
  EXPECT_EQ(LaneName(Lane::kFull), "full");
  EXPECT_EQ(LaneName(Lane::kBandwidth), "bandwidth");
  EXPECT_EQ(KindName(Kind::kIntensity), "intensity");
  EXPECT_EQ(KindName(Kind::kAmount), "amount");
  EXPECT_EQ(KindName(Kind::kTotal), "total");
}

}  // namespace
}  // namespace gpuscaler::catalog
