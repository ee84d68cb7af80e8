#include "simulation/recording.h"

#include "gtest/gtest.h"
#include "simulation/played_gpus.h"

namespace gpuscaler::simulation {
namespace {

using catalog::Metric;
using std::chrono::seconds;

constexpr base::SteadyTime kNow = base::SteadyTime(std::chrono::hours(5));

std::shared_ptr<PlayedGpus> Played(size_t gpus, std::vector<PlayedStep> steps) {
  return std::make_shared<PlayedGpus>(gpus, Metric::kGpuUtilization, std::move(steps),
                                      seconds(600));
}

RecordingOptions Options(std::optional<int64_t> replicas) {
  RecordingOptions options;
  options.replicas = replicas;
  return options;
}

TEST(Recording, OffersTheMeanTimesTheReplicasThatSharedIt) {
  const auto script = Played(8, {{seconds(0), 60.0}, {seconds(10), 90.0}});
  EXPECT_EQ(Recording(script, Options(std::nullopt)).OfferedAt(seconds(0)), 60);
  EXPECT_EQ(Recording(script, Options(4)).OfferedAt(seconds(9)), 240);
  EXPECT_EQ(Recording(script, Options(4)).OfferedAt(seconds(10)), 360);
  EXPECT_EQ(Recording(script, Options(4)).ReplicasAt(seconds(0)), 4);
}

TEST(Recording, GivesEachReplicaEquallyManyGpus) {
  const auto script = Played(8, {{seconds(0), 60.0}});
  const RecordedMoment four = Recording(script, Options(4)).At(seconds(0), kNow, {});
  ASSERT_EQ(four.replicas.size(), 4u);
  EXPECT_EQ(four.replicas[3].size(), 2u);
  EXPECT_EQ(four.replicas[3][1].identity->index, 7u);
  EXPECT_EQ(Recording(script, Options(1)).At(seconds(0), kNow, {}).replicas.front().size(), 8u);
  EXPECT_EQ(Recording(script, Options(20)).At(seconds(0), kNow, {}).replicas.size(), 8u);
}

TEST(Recording, KnowsTheWorkloadsPodsWhereTheyWereRecorded) {
  const auto script = Played(4, {{seconds(0), 50.0}});
  auto holders = std::make_shared<telemetry::Ownership>();
  holders->pods = {{"default", "llm-0", std::nullopt, {"GPU-0"}},
                   {"default", "llm-1", std::nullopt, {"GPU-1", "GPU-2"}},
                   {"default", "other-0", std::nullopt, {"GPU-3"}}};
  script->SetHolders(holders);
  RecordingOptions options;
  options.workload = {catalog::FindWorkloadKind("statefulset"), "llm", "default"};
  const Recording recording(script, options);
  EXPECT_TRUE(recording.knows_pods());
  EXPECT_EQ(recording.ReplicasAt(seconds(0)), 2);
  EXPECT_EQ(recording.OfferedAt(seconds(0)), 100);
  const RecordedMoment moment = recording.At(seconds(0), kNow, {});
  ASSERT_EQ(moment.replicas.size(), 2u);
  EXPECT_EQ(moment.replicas[1].size(), 2u);

  options.workload->name = "absent";
  const Recording absent(script, options);
  EXPECT_FALSE(absent.knows_pods());
  EXPECT_EQ(absent.At(seconds(0), kNow, {}).replicas.front().size(), 4u) << "all are its";
}

TEST(Recording, WhatCouldNotBeReadIsWhatWasReadLastAndAges) {
  const auto script =
      Played(1, {{seconds(0), 60.0}, {seconds(10), absl::UnavailableError("gone")}});
  const Recording recording(script, Options(1));
  const RecordedMoment recent = recording.At(seconds(12), kNow, seconds(10));
  EXPECT_EQ(recent.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(recent.read_at, kNow - seconds(3));
  ASSERT_EQ(recent.replicas.size(), 1u);
  const auto& reading = recent.replicas[0][0].readings[Metric::kGpuUtilization];
  EXPECT_EQ(reading.value, 60);
  EXPECT_EQ(reading.sampled_at, kNow - seconds(3));
  EXPECT_TRUE(recording.At(seconds(30), kNow, seconds(10)).replicas.empty());
  EXPECT_FALSE(recording.OfferedAt(seconds(12)));
}

}  // namespace
}  // namespace gpuscaler::simulation
