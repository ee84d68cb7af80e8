// Every profile: what it fills in, and that every key overrides it.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/profiles.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Aggregation;
using catalog::Metric;
using testing::HasSubstr;

absl::StatusOr<Trigger> Parse(std::vector<MetadataEntry> metadata) {
  return ParseTrigger(metadata);
}

struct Filled {
  const char* profile;
  Metric metric;
  double target, activation;
  const char* metric_name;
  bool always_active;
};

class ServedProfile : public testing::TestWithParam<Filled> {};

TEST_P(ServedProfile, FillsItsRow) {
  const Filled& of = GetParam();
  const auto trigger = Parse({{"profile", of.profile}});
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  EXPECT_EQ(trigger->profile, catalog::FindProfile(of.profile));
  EXPECT_EQ(trigger->metric, of.metric);
  EXPECT_EQ(trigger->target, of.target);
  EXPECT_EQ(trigger->activation_threshold, of.activation);
  EXPECT_EQ(trigger->metric_name, of.metric_name);
  EXPECT_EQ(trigger->aggregation, Aggregation::kMax);
  EXPECT_EQ(trigger->always_active, of.always_active);
}

TEST_P(ServedProfile, IsOverriddenByEachKeyAlone) {
  const Filled& of = GetParam();
  const auto with = [&](const char* key, const char* value) {
    const auto trigger = Parse({{"profile", of.profile}, {key, value}});
    EXPECT_TRUE(trigger.ok()) << trigger.status();
    EXPECT_EQ(trigger->always_active, of.always_active);
    return *trigger;
  };
  const Trigger target = with("targetValue", "33");
  EXPECT_EQ(target.target, 33);
  EXPECT_EQ(target.activation_threshold, of.activation);
  EXPECT_EQ(target.metric, of.metric);

  const Trigger activation = with("activationThreshold", "7.5");
  EXPECT_EQ(activation.activation_threshold, 7.5);
  EXPECT_EQ(activation.target, of.target);

  EXPECT_EQ(with("aggregation", "min").aggregation, Aggregation::kMin);
  EXPECT_EQ(with("metricName", "mine").metric_name, "mine");
  EXPECT_EQ(with("gpuIndex", "2").gpu_index, 2U);
  EXPECT_EQ(with("hpaMetricType", "Value").hpa_metric_type, HpaMetricType::kValue);
  EXPECT_EQ(with("window", "60").window, std::chrono::seconds(60));
  EXPECT_EQ(with("pollIntervalSeconds", "3").heartbeat, std::chrono::seconds(3));
  EXPECT_EQ(with("minCoveragePercent", "90").min_coverage_percent, 90);
}

TEST_P(ServedProfile, KeepsItsNumbersForAnotherMetricOfTheSameUnitOnly) {
  const Filled& of = GetParam();
  const bool percent = of.metric != Metric::kNvlinkTxMbps;

  const auto utilization = Parse({{"profile", of.profile}, {"metricType", "memory_utilization"}});
  ASSERT_TRUE(utilization.ok()) << utilization.status();
  EXPECT_EQ(utilization->metric, Metric::kMemoryUtilization);
  EXPECT_EQ(utilization->target, percent ? of.target : 80);
  EXPECT_EQ(utilization->activation_threshold, percent ? of.activation : 0);
  EXPECT_EQ(utilization->metric_name, of.metric_name);

  const auto received = Parse({{"profile", of.profile}, {"metricType", "nvlink_rx_mbps"}});
  if (percent) {
    EXPECT_EQ(received.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(received.status().message(),
              std::string("targetValue must be given for nvlink_rx_mbps (in MB/s); profile ") +
                  of.profile + " has none for it");
  } else {
    ASSERT_TRUE(received.ok()) << received.status();
    EXPECT_EQ(received->target, of.target);
    EXPECT_EQ(received->activation_threshold, of.activation);
  }

  const auto watts =
      Parse({{"profile", of.profile}, {"metricType", "power_draw"}, {"targetValue", "400"}});
  ASSERT_TRUE(watts.ok()) << watts.status();
  EXPECT_EQ(watts->target, 400);
  EXPECT_EQ(watts->activation_threshold, 0);
}

TEST_P(ServedProfile, IsOverriddenByAShorthand) {
  const Filled& of = GetParam();
  const bool percent = of.metric != Metric::kNvlinkTxMbps;
  const auto gpu = Parse({{"profile", of.profile}, {"targetGpuUtilization", "55"}});
  ASSERT_TRUE(gpu.ok()) << gpu.status();
  EXPECT_EQ(gpu->metric, Metric::kGpuUtilization);
  EXPECT_EQ(gpu->target, 55);
  EXPECT_EQ(gpu->activation_threshold, percent ? of.activation : 0);
  const auto memory = Parse({{"profile", of.profile}, {"targetMemoryUtilization", "56"}});
  ASSERT_TRUE(memory.ok()) << memory.status();
  EXPECT_EQ(memory->metric, Metric::kMemoryUsedPercent);
  EXPECT_EQ(memory->target, 56);
}

std::string NameOf(const testing::TestParamInfo<Filled>& info) {
  std::string name = info.param.profile;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ServedProfile,
    testing::ValuesIn<Filled>({
        {"vllm-inference", Metric::kMemoryUsedPercent, 80, 5, "keda_gpu_vllm_inference", false},
        {"triton-inference", Metric::kGpuUtilization, 75, 10, "keda_gpu_triton_inference", false},
        {"training", Metric::kGpuUtilization, 90, 0, "keda_gpu_training", true},
        {"distributed-training", Metric::kNvlinkTxMbps, 50000, 5000,
         "keda_gpu_distributed_training", false},
        {"batch", Metric::kMemoryUsedPercent, 70, 1, "keda_gpu_batch", false},
        {"ollama", Metric::kMemoryUsedPercent, 70, 3, "keda_gpu_ollama", false},
        {"tgi-inference", Metric::kMemoryUsedPercent, 75, 5, "keda_gpu_tgi_inference", false},
    }),
    NameOf);

TEST(EngineProfile, NeedsTheEnginesEndpoint) {
  for (const std::string_view profile :
       {"vllm-inflight", "vllm-queue-depth", "triton-queue-wait", "triton-request-rate",
        "sglang-inflight", "tgi-inflight", "tensorrt-llm-inflight"}) {
    const std::vector<MetadataEntry> metadata = {{"profile", profile}, {"targetValue", "20"}};
    const absl::Status status = ParseTrigger(metadata).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("profile " + std::string(profile) + " scales on "));
    EXPECT_THAT(std::string(status.message()), HasSubstr("give engineEndpoint"));
  }
}

TEST(EngineProfile, VllmInflightMustBeGivenItsTarget) {
  const absl::Status status =
      Parse({{"profile", "vllm-inflight"}, {"vllmEndpoint", "http://vllm:8000"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      status.message(),
      "targetValue must be given for inflight of vllm (in requests); profile vllm-inflight has"
      " none for it");
}

TEST(EngineProfile, IsServedWithAMetricOfTheGpuAndNoneOfItsNumbers) {
  const auto trigger = Parse({{"profile", "vllm-inflight"}, {"metricType", "gpu_utilization"}});
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  EXPECT_EQ(trigger->target, 80);
  EXPECT_EQ(trigger->aggregation, Aggregation::kMax);  // a sum is made for requests
  const auto queue = Parse({{"profile", "triton-queue-wait"}, {"targetGpuUtilization", "60"}});
  ASSERT_TRUE(queue.ok()) << queue.status();
  EXPECT_EQ(queue->target, 60);
  EXPECT_EQ(queue->activation_threshold, 0);
}

TEST(Profiles, AreAllInOneOfTheTestsAbove) {
  EXPECT_EQ(catalog::Profiles().size(), 7U + 7U);
}

// Of those that this version serves none has an aggregation of its own yet.
TEST(DefaultAggregation, IsTheProfilesWhereItHasOne) {
  const catalog::ProfileRow* inflight = catalog::FindProfile("vllm-inflight");
  ASSERT_EQ(inflight->aggregation, Aggregation::kSum);
  const catalog::ProfileRow* batch = catalog::FindProfile("batch");
  for (const bool of_workload : {false, true}) {
    const auto usual = of_workload ? Aggregation::kAvg : Aggregation::kMax;
    EXPECT_EQ(DefaultAggregation(inflight, of_workload), Aggregation::kSum);
    EXPECT_EQ(DefaultAggregation(batch, of_workload), usual);
    EXPECT_EQ(DefaultAggregation(nullptr, of_workload), usual);
  }
}

}  // namespace
}  // namespace gpuscaler::scaling
