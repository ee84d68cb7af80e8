#include "catalog/profiles.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string_view>

#include "gtest/gtest.h"

namespace gpuscaler::catalog {
namespace {

// The design's table of profiles, in its order.
struct Designed {
  std::string_view name, metric;
  std::optional<double> target;
  double activation;
  bool always_active = false;
};
constexpr Designed kDesigned[] = {
    {"vllm-inference", "memory_used_percent", 80, 5},
    {"vllm-inflight", "vllm_inflight", std::nullopt, 0},
    {"vllm-queue-depth", "vllm_queue_depth", 5, 0},
    {"sglang-inflight", "sglang_inflight", std::nullopt, 0},
    {"tgi-inflight", "tgi_inflight", std::nullopt, 0},
    {"tensorrt-llm-inflight", "tensorrt_llm_inflight", std::nullopt, 0},
    {"triton-inference", "gpu_utilization", 75, 10},
    {"triton-queue-wait", "triton_queue_wait_ms", 50, 5},
    {"triton-request-rate", "triton_request_rate", 50, 1},
    {"training", "gpu_utilization", 90, 0, true},
    {"distributed-training", "nvlink_tx_mbps", 50000, 5000},
    {"batch", "memory_used_percent", 70, 1},
    {"ollama", "memory_used_percent", 70, 3},
    {"tgi-inference", "memory_used_percent", 75, 5},
};

TEST(Profiles, AreThoseOfTheDesign) {
  ASSERT_EQ(Profiles().size(), std::size(kDesigned));
  for (size_t i = 0; i < Profiles().size(); ++i) {
    const ProfileRow& row = Profiles()[i];
    EXPECT_EQ(row.name, kDesigned[i].name);
    EXPECT_EQ(Row(row.metric).name, kDesigned[i].metric) << row.name;
    EXPECT_EQ(row.target, kDesigned[i].target) << row.name;
    EXPECT_EQ(row.activation, kDesigned[i].activation) << row.name;
    EXPECT_EQ(row.always_active, kDesigned[i].always_active) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
}

TEST(Profiles, OfVllmLookAtItsCacheWhereTheyCanAndSumItsRequests) {
  EXPECT_EQ(FindProfile("vllm-inference")->metric_with_endpoint, Metric::kVllmKvCacheUsage);
  EXPECT_EQ(FindProfile("vllm-inflight")->aggregation, Aggregation::kSum);
  for (const ProfileRow& row : Profiles()) {
    EXPECT_EQ(row.metric_with_endpoint.has_value(), row.name == "vllm-inference") << row.name;
    EXPECT_EQ(row.aggregation.has_value(), row.name.ends_with("-inflight")) << row.name;
  }
}

TEST(Profiles, HaveUniqueNamesForPeopleAndForHpa) {
  std::set<std::string_view> names;
  std::set<std::string_view> metric_names;
  for (const ProfileRow& row : Profiles()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(metric_names.insert(row.metric_name).second) << row.metric_name;
    EXPECT_TRUE(row.metric_name.starts_with("keda_gpu_")) << row.metric_name;
  }
}

TEST(Profiles, NameMetricsThatATriggerCanName) {
  for (const ProfileRow& row : Profiles()) {
    EXPECT_TRUE(Row(row.metric).scalable) << row.name;
    // The numbers must fit either metric.
    if (row.metric_with_endpoint) {
      EXPECT_EQ(Row(*row.metric_with_endpoint).unit, Row(row.metric).unit) << row.name;
    }
  }
}

TEST(Profiles, AreFoundByTheirExactNamesOnly) {
  for (const ProfileRow& row : Profiles()) EXPECT_EQ(FindProfile(row.name), &row);
  EXPECT_EQ(FindProfile("Training"), nullptr);
  EXPECT_EQ(FindProfile("vllm"), nullptr);
  EXPECT_EQ(FindProfile(""), nullptr);
  EXPECT_EQ(ProfileNames(),
            "vllm-inference, vllm-inflight, vllm-queue-depth, sglang-inflight, tgi-inflight,"
            " tensorrt-llm-inflight, triton-inference,"
            " triton-queue-wait, triton-request-rate, training, distributed-training, batch,"
            " ollama, tgi-inference");
}

}  // namespace
}  // namespace gpuscaler::catalog
