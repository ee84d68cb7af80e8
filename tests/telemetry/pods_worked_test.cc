#include "telemetry/pods_worked.h"

#include <gtest/gtest.h>

#include "telemetry/example.h"

namespace gpuscaler::telemetry {
namespace {

using catalog::Metric;
using std::chrono::milliseconds;
using std::chrono::seconds;

// GPU-aa at this utilization, read at kSampledAt, held by this pod.
Snapshot Held(double utilization, std::optional<base::SteadyTime> appeared_at,
              const std::string& name = "llm-0") {
  Snapshot snapshot = Example();
  snapshot.gpus[0].readings.Set(Metric::kGpuUtilization, utilization, kSampledAt);
  Ownership ownership;
  ownership.pods = {{"ns", name, appeared_at, {"GPU-aa"}}};
  snapshot.ownership = std::make_shared<const Ownership>(ownership);
  snapshot.pods_worked = {false};
  return snapshot;
}

bool Worked(const Snapshot& previous, const Snapshot& next) {
  return PodsWorked(previous, next).at(0);
}

TEST(PodsWorked, AboveFivePercentIsWork) {
  const Snapshot none;
  EXPECT_FALSE(Worked(none, Held(5, kSampledAt - seconds(60))));
  EXPECT_TRUE(Worked(none, Held(5.1, kSampledAt - seconds(60))));
  EXPECT_TRUE(Worked(none, Held(80, std::nullopt)));
}

// NVML looks back for up to a second: the GPU's last holder may have been busy.
TEST(PodsWorked, WhatWasReadBeforeThePodCameIsNotItsWork) {
  const Snapshot none;
  EXPECT_FALSE(Worked(none, Held(90, kSampledAt + seconds(1))));
  EXPECT_FALSE(Worked(none, Held(90, kSampledAt - seconds(1))));
  EXPECT_TRUE(Worked(none, Held(90, kSampledAt - milliseconds(1001))));
}

TEST(PodsWorked, IsRememberedForTheSamePodAndNoOther) {
  const base::SteadyTime came = kSampledAt - seconds(60);
  Snapshot busy = Held(90, came);
  busy.pods_worked = {true};
  EXPECT_TRUE(Worked(busy, Held(0, came)));
  EXPECT_FALSE(Worked(busy, Held(0, came, "llm-1")));
  EXPECT_FALSE(Worked(busy, Held(0, came + seconds(30)))) << "the next one of its name";
  Snapshot same = busy;
  same.gpus[0].readings.Set(Metric::kGpuUtilization, 0, kSampledAt);
  EXPECT_TRUE(Worked(busy, same));
  same.ownership = nullptr;
  EXPECT_TRUE(PodsWorked(busy, same).empty());
}

TEST(PodsWorked, FindsEachPodAgainAmongThoseThatComeAndGo) {
  const auto holding = [](const std::vector<std::pair<std::string, std::string>>& names,
                          std::vector<bool> worked) {
    Snapshot snapshot;
    auto ownership = std::make_shared<Ownership>();
    for (const auto& [pod_namespace, name] : names) {
      ownership->pods.push_back({pod_namespace, name, kSampledAt, {"GPU-aa"}});
    }
    snapshot.ownership = ownership;
    snapshot.pods_worked = std::move(worked);
    return snapshot;
  };
  const Snapshot previous =
      holding({{"a", "x"}, {"b", "a"}, {"b", "c"}, {"b", "e"}, {"c", "x"}}, {1, 1, 0, 1, 1});
  const Snapshot next = holding(
      {{"a", "w"}, {"a", "x"}, {"b", "b"}, {"b", "c"}, {"b", "e"}, {"b", "x"}, {"d", "x"}}, {});
  EXPECT_EQ(PodsWorked(previous, next), std::vector<bool>({0, 1, 0, 0, 1, 0, 0}));
  EXPECT_EQ(PodsWorked(holding({}, {}), previous), std::vector<bool>(5));
}

}  // namespace
}  // namespace gpuscaler::telemetry
