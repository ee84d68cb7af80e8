#include "web/gpu_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "scaling/node_maker.h"

namespace gpuscaler::web {
namespace {

using scaling::kNow;
using scaling::Seconds;
using testing::ElementsAre;

constexpr base::Duration kStale = std::chrono::seconds(10);

// One GPU of node-a with these readings at `at`.
std::shared_ptr<const telemetry::View> View(double utilization, double memory,
                                            base::SteadyTime at) {
  telemetry::GpuSnapshot gpu = scaling::MakeGpu(0);
  gpu.readings.Set(catalog::Metric::kGpuUtilization, utilization, at);
  gpu.readings.Set(catalog::Metric::kMemoryUsedPercent, memory, at);
  return scaling::MakeView({scaling::MakeNode("node-a", {gpu})});
}

TEST(GpuHistory, KeepsWholePercentsTheOldestFirst) {
  GpuHistory history;
  history.Sample(*View(12.4, 99.6, kNow), kStale, kNow);
  history.Sample(*View(0, 100, kNow + Seconds(10)), kStale, kNow + Seconds(10));
  const auto series = history.Of("node-a", "GPU-0");
  ASSERT_TRUE(series);
  EXPECT_THAT(series->utilization, ElementsAre(12, 0));
  EXPECT_THAT(series->memory, ElementsAre(100, 100));
  EXPECT_EQ(history.sampled_at(), kNow + Seconds(10));
  EXPECT_FALSE(history.Of("node-b", "GPU-0"));
  EXPECT_FALSE(history.Of("node-a", "GPU-1"));
}

TEST(GpuHistory, WhatIsNotKnownIsAGapAndNoZero) {
  GpuHistory history;
  history.Sample(*View(50, 50, kNow), kStale, kNow);
  history.Sample(*View(50, 50, kNow), kStale, kNow + Seconds(11));  // stale
  history.Sample(telemetry::View(), kStale, kNow + Seconds(20));    // the node is gone
  history.Sample(*View(70, 70, kNow + Seconds(30)), kStale, kNow + Seconds(30));
  history.Sample(telemetry::View(), kStale, kNow + Seconds(40));
  EXPECT_THAT(history.Of("node-a", "GPU-0")->utilization,
              ElementsAre(50, std::nullopt, std::nullopt, 70, std::nullopt));
}

TEST(GpuHistory, ForgetsTheOldestAndWhatIsGone) {
  GpuHistory history;
  for (int i = 0; i < 100; ++i) {
    const base::SteadyTime at = kNow + i * GpuHistory::kStep;
    history.Sample(*View(i, i, at), kStale, at);
  }
  auto series = history.Of("node-a", "GPU-0");
  ASSERT_EQ(series->utilization.size(), GpuHistory::kPoints);
  EXPECT_EQ(series->utilization.front(), 40);
  EXPECT_EQ(series->utilization.back(), 99);
  for (size_t i = 0; i + 1 < GpuHistory::kPoints; ++i) {
    history.Sample(telemetry::View(), kStale, kNow);
  }
  EXPECT_EQ(history.Of("node-a", "GPU-0")->utilization.front(), 99);
  history.Sample(telemetry::View(), kStale, kNow);
  EXPECT_FALSE(history.Of("node-a", "GPU-0"));
  EXPECT_EQ(history.size(), 0u);
}

TEST(GpuHistory, IsKeptWhileSomebodyLooks) {
  GpuHistory history;
  EXPECT_FALSE(history.IsWanted(kNow));
  history.Want(kNow);
  EXPECT_TRUE(history.IsWanted(kNow));
  history.Sample(*View(50, 50, kNow), kStale, kNow);
  EXPECT_TRUE(history.IsWanted(kNow + GpuHistory::kForgetAfter));
  EXPECT_EQ(history.size(), 1u);
  EXPECT_FALSE(history.IsWanted(kNow + GpuHistory::kForgetAfter + Seconds(1)));
  EXPECT_EQ(history.size(), 0u);
  EXPECT_EQ(history.sampled_at(), std::nullopt);
}

TEST(GpuHistory, IsBounded) {
  GpuHistory history;
  std::vector<telemetry::Snapshot> nodes;
  for (size_t n = 0; n < 70; ++n) {
    std::vector<telemetry::GpuSnapshot> gpus;
    for (uint32_t i = 0; i < 1000; ++i) {
      gpus.push_back(scaling::MakeGpu(i, catalog::Metric::kGpuUtilization, 5));
    }
    nodes.push_back(scaling::MakeNode("node-" + std::to_string(n), std::move(gpus)));
  }
  history.Sample(*scaling::MakeView(std::move(nodes)), kStale, kNow);
  EXPECT_EQ(history.size(), GpuHistory::kMostGpus);
}

}  // namespace
}  // namespace gpuscaler::web
