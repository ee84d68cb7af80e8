#include "scaling/trigger.h"

#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Aggregation;
using catalog::Metric;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Trigger Parsed(std::vector<MetadataEntry> metadata) {
  const absl::StatusOr<Trigger> trigger = ParseTrigger(metadata, "ns");
  EXPECT_TRUE(trigger.ok()) << trigger.status();
  return trigger.ok() ? *trigger : Trigger();
}

TEST(Trigger, HasDefaultsForEverything) {
  const Trigger trigger = Parsed({});
  EXPECT_EQ(trigger.profile, nullptr);
  EXPECT_EQ(trigger.metric, Metric::kGpuUtilization);
  EXPECT_EQ(trigger.target, 80);
  EXPECT_EQ(trigger.activation_threshold, 0);
  EXPECT_EQ(trigger.aggregation, Aggregation::kMax);
  EXPECT_EQ(trigger.gpu_index, std::nullopt);
  EXPECT_EQ(trigger.heartbeat, seconds(10));
  EXPECT_EQ(trigger.metric_name, "keda_gpu_metric");
  EXPECT_EQ(trigger.hpa_metric_type, HpaMetricType::kAverageValue);
  EXPECT_EQ(trigger.window, seconds(0));
  EXPECT_EQ(trigger.min_coverage_percent, 50);
  EXPECT_FALSE(trigger.always_active);
}

// Eight GPUs of a pod at 100% are 800%.
TEST(Trigger, APercentageEndsAt100UnlessSomethingIsSummed) {
  const MetadataEntry workload = {"workload", "deployment/a"};
  const MetadataEntry by_pod = {"groupBy", "pod"};
  EXPECT_TRUE(Parsed({}).bounded_by_100());
  EXPECT_TRUE(Parsed({workload, by_pod, {"podAggregation", "avg"}}).bounded_by_100());
  EXPECT_FALSE(Parsed({{"aggregation", "sum"}}).bounded_by_100());
  EXPECT_FALSE(Parsed({{"metricType", "power_draw"}, {"targetValue", "400"}}).bounded_by_100());
  const Trigger summed = Parsed({workload,
                                 by_pod,
                                 {"podAggregation", "sum"},
                                 {"targetValue", "400"},
                                 {"activationThreshold", "120"}});
  EXPECT_FALSE(summed.bounded_by_100());
  EXPECT_EQ(summed.target, 400);
  const Trigger cache = Parsed(
      {{"engine", "sglang"}, {"engineEndpoint", "http://a:30000"}, {"metricType", "kv_usage"}});
  EXPECT_TRUE(cache.bounded_by_100());
}

TEST(Trigger, TakesEveryKeyItServes) {
  const Trigger trigger = Parsed({{"metricType", "power_draw"},
                                  {"targetValue", "350.5"},
                                  {"activationThreshold", "90"},
                                  {"aggregation", "p95"},
                                  {"gpuIndex", "3"},
                                  {"pollIntervalSeconds", "7"},
                                  {"metricName", "my-power.W:x_1"},
                                  {"hpaMetricType", "Value"},
                                  {"window", "30"},
                                  {"minCoveragePercent", "66.6"}});
  EXPECT_EQ(trigger.metric, Metric::kPowerDraw);
  EXPECT_EQ(trigger.target, 350.5);
  EXPECT_EQ(trigger.activation_threshold, 90);
  EXPECT_EQ(trigger.aggregation, Aggregation::kP95);
  EXPECT_EQ(trigger.gpu_index, 3U);
  EXPECT_EQ(trigger.heartbeat, seconds(7));
  EXPECT_EQ(trigger.metric_name, "my-power.W:x_1");
  EXPECT_EQ(trigger.hpa_metric_type, HpaMetricType::kValue);
  EXPECT_EQ(trigger.window, seconds(30));
  EXPECT_EQ(trigger.min_coverage_percent, 66.6);
}

TEST(Trigger, DefaultsThe80OnlyForPercentages) {
  EXPECT_EQ(Parsed({{"metricType", "memory_utilization"}}).target, 80);
  EXPECT_EQ(Parsed({{"metricType", "memory_used_percent"}}).target, 80);
  for (const char* metric : {"power_draw", "temperature", "memory_used_mib", "pcie_tx_kbps"}) {
    const std::vector<MetadataEntry> metadata = {{"metricType", metric}};
    const absl::Status status = ParseTrigger(metadata).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(std::string("targetValue must be given for ") + metric));
  }
}

TEST(Trigger, ReadsTheShorthandsAsMetricAndTarget) {
  const Trigger gpu = Parsed({{"targetGpuUtilization", "65"}});
  EXPECT_EQ(gpu.metric, Metric::kGpuUtilization);
  EXPECT_EQ(gpu.target, 65);
  const Trigger memory = Parsed({{"targetMemoryUtilization", "70"}});
  EXPECT_EQ(memory.metric, Metric::kMemoryUsedPercent);
  EXPECT_EQ(memory.target, 70);
}

TEST(Trigger, AcceptsAShorthandBesideKeysThatSayTheSame) {
  const Trigger trigger = Parsed(
      {{"targetGpuUtilization", "65"}, {"metricType", "gpu_utilization"}, {"targetValue", "65.0"}});
  EXPECT_EQ(trigger.target, 65);
}

TEST(Trigger, IgnoresWhiteSpaceAroundAValue) {
  EXPECT_EQ(Parsed({{"targetValue", " 75\n"}}).target, 75);
  EXPECT_EQ(Parsed({{"aggregation", "\tavg "}}).aggregation, Aggregation::kAvg);
}

TEST(Trigger, PassesKedasOwnKeysUnread) {
  EXPECT_EQ(Parsed({{"scalerAddress", "gpu-scaler:6000"},
                    {"enableTLS", ""},
                    {"unsafeSsl", "maybe"},
                    {"tlsCertFile", "\xff\xfe"},
                    {"caCert", "x"},
                    {"tlsClientCert", "x"},
                    {"tlsClientKeyFromEnv", "x"},
                    {"scalerAddressFromEnv", ""},
                    {"targetValue", "60"}})
                .target,
            60);
}

TEST(Trigger, TakesAKeyFromTheEnvironmentForTheKey) {
  EXPECT_EQ(Parsed({{"targetValueFromEnv", "61"}}).target, 61);
  EXPECT_EQ(Parsed({{"profileFromEnv", "batch"}}).profile->name, "batch");
}

TEST(Trigger, TakesMinusOneForAllGpus) {
  EXPECT_EQ(Parsed({{"gpuIndex", "-1"}}).gpu_index, std::nullopt);
  EXPECT_EQ(Parsed({{"gpuIndex", "0"}}).gpu_index, 0U);
  EXPECT_EQ(Parsed({{"gpuIndex", "65535"}}).gpu_index, 65535U);
}

TEST(Trigger, TakesTheWindowAsSecondsOrAsADuration) {
  EXPECT_EQ(Parsed({{"window", "0"}}).window, seconds(0));
  EXPECT_EQ(Parsed({{"window", "300"}}).window, seconds(300));
  EXPECT_EQ(Parsed({{"window", "2.5"}}).window, milliseconds(2500));
  EXPECT_EQ(Parsed({{"window", "30s"}}).window, seconds(30));
  EXPECT_EQ(Parsed({{"window", "2m"}}).window, seconds(120));
  EXPECT_EQ(Parsed({{"window", "5m"}}).window, seconds(300));
}

TEST(Trigger, TakesNumbersUpToTheirEdges) {
  EXPECT_EQ(Parsed({{"targetValue", "0.001"}}).target, 0.001);
  EXPECT_EQ(Parsed({{"targetValue", "100"}}).target, 100);
  EXPECT_EQ(Parsed({{"metricType", "power_draw"}, {"targetValue", "1e12"}}).target, 1e12);
  EXPECT_EQ(Parsed({{"activationThreshold", "0"}}).activation_threshold, 0);
  EXPECT_EQ(Parsed({{"pollIntervalSeconds", "1"}}).heartbeat, seconds(1));
  EXPECT_EQ(Parsed({{"pollIntervalSeconds", "3600"}}).heartbeat, seconds(3600));
  EXPECT_EQ(Parsed({{"minCoveragePercent", "0"}}).min_coverage_percent, 0);
  EXPECT_EQ(Parsed({{"minCoveragePercent", "100"}}).min_coverage_percent, 100);
  const std::string name(253, 'n');
  EXPECT_EQ(Parsed({{"metricName", name}}).metric_name, name);
}

TEST(Trigger, AllowsAPercentageTargetAbove100ForASumOnly) {
  EXPECT_EQ(Parsed({{"targetValue", "640"}, {"aggregation", "sum"}}).target, 640);
  EXPECT_EQ(Parsed({{"targetGpuUtilization", "640"}, {"aggregation", "sum"}}).target, 640);
}

TEST(Trigger, TakesEveryAggregationAndEveryGpuMetricByItsName) {
  for (const catalog::AggregationRow& row : catalog::Aggregations()) {
    EXPECT_EQ(Parsed({{"aggregation", row.name}}).aggregation, row.id);
  }
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    if (!row.scalable || row.origin != catalog::Origin::kGpu) continue;
    EXPECT_EQ(Parsed({{"metricType", row.name}, {"targetValue", "42"}}).metric, row.id);
  }
}

TEST(Trigger, IsTheSameWhateverTheOrderOfItsKeys) {
  const Trigger trigger = Parsed({{"targetValue", "40"},
                                  {"aggregation", "avg"},
                                  {"metricType", "temperature"},
                                  {"profile", "batch"}});
  EXPECT_EQ(trigger.metric, Metric::kTemperature);
  EXPECT_EQ(trigger.target, 40);
  EXPECT_EQ(trigger.metric_name, "keda_gpu_batch");
}

TEST(ParseTrigger, AWorkloadIsInTheScaledObjectsNamespaceAndHasDefaultsOfItsOwn) {
  const std::vector<MetadataEntry> metadata = {{"workload", "pods/train-*"}};
  const auto trigger = ParseTrigger(metadata, "research");
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  EXPECT_EQ(trigger->workload->kind->name, "pods");
  EXPECT_EQ(trigger->workload->name, "train-*");
  EXPECT_EQ(trigger->workload->pod_namespace, "research");
  EXPECT_EQ(trigger->aggregation, catalog::Aggregation::kAvg);
  EXPECT_EQ(trigger->min_coverage_percent, 0);
  EXPECT_EQ(trigger->warmup, std::chrono::seconds(300));
  EXPECT_EQ(trigger->pod_aggregation, std::nullopt);
  EXPECT_EQ(trigger->shared_gpus, SharedGpus::kError);
}

TEST(ParseTrigger, EachKeyOfAWorkloadOverridesItsDefault) {
  const Trigger trigger = Parsed({{"workload", "statefulset/llm"},
                                  {"aggregation", "p95"},
                                  {"minCoveragePercent", "70"},
                                  {"warmupSeconds", "12.5"},
                                  {"groupBy", "pod"},
                                  {"sharedGpus", "whole"}});
  EXPECT_EQ(trigger.aggregation, catalog::Aggregation::kP95);
  EXPECT_EQ(trigger.min_coverage_percent, 70);
  EXPECT_EQ(trigger.warmup, std::chrono::milliseconds(12500));
  EXPECT_EQ(trigger.pod_aggregation, catalog::Aggregation::kMax);
  EXPECT_EQ(trigger.shared_gpus, SharedGpus::kWhole);
}

}  // namespace
}  // namespace gpuscaler::scaling
