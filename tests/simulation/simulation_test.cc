// Courses worked out by hand. HPA syncs at 0, 15, 30, ... seconds; each comment has the
// arithmetic.
#include "simulation/simulation.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simulation/played_gpus.h"

namespace gpuscaler::simulation {
namespace {

using catalog::Metric;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

manifests::ScaledObject Object(std::map<std::string, std::string> metadata, int64_t min,
                               int64_t max) {
  manifests::ScaledObject object;
  object.name = "llm";
  object.min_replicas = min;
  object.max_replicas = max;
  manifests::ScaledObjectTrigger trigger;
  trigger.type = "external";
  trigger.metadata = std::move(metadata);
  object.triggers = {std::move(trigger)};
  return object;
}

std::shared_ptr<PlayedGpus> Played(Metric metric, std::vector<PlayedStep> steps,
                                   base::Duration length, size_t gpus = 1) {
  return std::make_shared<PlayedGpus>(gpus, metric, std::move(steps), length);
}

SimulationOptions OpenLoop(int64_t initial) {
  SimulationOptions options;
  options.open_loop = true;
  options.initial_replicas = initial;
  options.start = {};
  return options;
}

Course Simulated(const manifests::ScaledObject& object,
                 std::shared_ptr<const sources::Script> script, const SimulationOptions& options) {
  const auto simulated = FromManifest(object);
  EXPECT_TRUE(simulated.ok()) << simulated.status();
  auto course = Simulate(*simulated, std::move(script), options);
  EXPECT_TRUE(course.ok()) << course.status();
  return *std::move(course);
}

// Seconds at which the replicas changed, and to how many.
std::map<int64_t, int64_t> Changes(const Course& course) {
  std::map<int64_t, int64_t> changes;
  for (const Decision& decision : course.decisions) {
    if (decision.after == decision.before) continue;
    changes[std::chrono::duration_cast<seconds>(decision.at).count()] = decision.after;
  }
  return changes;
}

using Expected = std::map<int64_t, int64_t>;

TEST(Simulation, ScaleUpWithoutBehaviorGoesToTwiceTheReplicasOrFourEachSync) {
  // A constant 1000 at target 10 asks for ceil(1000 / 10) = 100: 4, 8, 16, 32, 64, 100.
  const Course course =
      Simulated(Object({{"metricType", "memory_used_mib"}, {"targetValue", "10"}}, 1, 100),
                Played(Metric::kMemoryUsedMib, {{seconds(0), 1000.0}}, minutes(3)), OpenLoop(1));
  EXPECT_EQ(Changes(course), (Expected{{0, 4}, {15, 8}, {30, 16}, {45, 32}, {60, 64}, {75, 100}}));
  EXPECT_EQ(course.decisions.front().wanted, 100);
}

TEST(Simulation, WithinTheToleranceNothingChanges) {
  // 88 / (80 x 1) = 1.1 is within 0.1; 96 / 80 = 1.2 is not: ceil(96 / 80) = 2.
  const auto object = Object({{"targetGpuUtilization", "80"}}, 1, 10);
  const auto steps = std::vector<PlayedStep>{{seconds(0), 88.0}, {seconds(60), 96.0}};
  EXPECT_EQ(
      Changes(Simulated(object, Played(Metric::kGpuUtilization, steps, minutes(2)), OpenLoop(1))),
      (Expected{{60, 2}}));
}

TEST(Simulation, TheToleranceOfABehaviorCounts) {
  // 1.1 is outside 1 + 0.05: ceil(88 / 80) = 2, then 88 / (80 x 2) = 0.55.
  auto object = Object({{"targetGpuUtilization", "80"}}, 1, 10);
  object.behavior.scale_up.emplace().tolerance = 0.05;
  const auto steps = std::vector<PlayedStep>{{seconds(0), 88.0}};
  EXPECT_EQ(
      Changes(Simulated(object, Played(Metric::kGpuUtilization, steps, minutes(2)), OpenLoop(1))),
      (Expected{{0, 2}}));
}

TEST(Simulation, ScaleDownWaitsForTheHighestRecommendationOfFiveMinutes) {
  // 400 / 80 = 5 until 45 s (4 is the first sync's limit), then 80 / 80 = 1. The newest 5 is of
  // 45 s; at 345 s it is exactly 300 s old and counts, at 360 s no more.
  const auto object = Object({{"metricType", "memory_used_mib"}, {"targetValue", "80"}}, 1, 10);
  const auto steps = std::vector<PlayedStep>{{seconds(0), 400.0}, {seconds(60), 80.0}};
  EXPECT_EQ(
      Changes(Simulated(object, Played(Metric::kMemoryUsedMib, steps, minutes(8)), OpenLoop(1))),
      (Expected{{0, 4}, {15, 5}, {360, 1}}));
}

TEST(Simulation, PoliciesLimitWhatComesWithinTheirPeriod) {
  // 2 pods a minute: 1 + 2 at 0 s; the period of 60 s is over at 60, 120, 180 s.
  auto object = Object({{"metricType", "memory_used_mib"}, {"targetValue", "10"}}, 1, 8);
  object.behavior.scale_up.emplace().policies = {{scaling::PolicyType::kPods, 2, 60}};
  EXPECT_EQ(
      Changes(Simulated(object, Played(Metric::kMemoryUsedMib, {{seconds(0), 1000.0}}, minutes(5)),
                        OpenLoop(1))),
      (Expected{{0, 3}, {60, 5}, {120, 7}, {180, 8}}));
}

TEST(Simulation, APolicyOfPercentSlowsTheWayDown) {
  // 10 wanted down to 1, a tenth a minute, at once: 10 x 0.9 = 9, 9 x 0.9 = 8.1, 7.2, 6.3.
  auto object = Object({{"metricType", "memory_used_mib"}, {"targetValue", "80"}}, 1, 20);
  auto& down = object.behavior.scale_down.emplace();
  down.stabilization_window_seconds = 0;
  down.policies = {{scaling::PolicyType::kPercent, 10, 60}};
  EXPECT_EQ(
      Changes(Simulated(object, Played(Metric::kMemoryUsedMib, {{seconds(0), 80.0}}, seconds(200)),
                        OpenLoop(10))),
      (Expected{{0, 9}, {60, 8}, {120, 7}, {180, 6}}));
}

// Recorded: idle, busy from 40 s to 100 s, idle.
std::vector<PlayedStep> Burst() {
  return {{seconds(0), 0.0}, {seconds(40), 50.0}, {seconds(100), 0.0}};
}

TEST(Simulation, FromZeroKedaWakesAtThePollAndPutsToSleepAfterTheCooldown) {
  // Polls at 0, 30, 60, ... s: active at 60 and 90. 90 + 60 is not before 150; it is before 180.
  auto object = Object({{"targetGpuUtilization", "80"}}, 0, 10);
  object.cooldown_seconds = 60;
  const Course course =
      Simulated(object, Played(Metric::kGpuUtilization, Burst(), minutes(5)), OpenLoop(0));
  EXPECT_EQ(Changes(course), (Expected{{60, 1}, {180, 0}}));
  for (const Decision& decision : course.decisions) {
    if (decision.after == decision.before) continue;
    EXPECT_EQ(decision.actor, Actor::kKeda);
  }
}

TEST(Simulation, APushTriggerWakesAtOnce) {
  // The stream says true at 40 s. Heartbeats and polls renew the activity, at 90 s the last time.
  auto object = Object({{"targetGpuUtilization", "80"}}, 0, 10);
  object.triggers[0].type = "external-push";
  object.cooldown_seconds = 60;
  EXPECT_EQ(
      Changes(Simulated(object, Played(Metric::kGpuUtilization, Burst(), minutes(5)), OpenLoop(0))),
      (Expected{{40, 1}, {180, 0}}));
}

TEST(Simulation, WithoutASignalAtZeroNothingWakesAWorkloadThatSleeps) {
  // With no replica no GPU is busy, whatever waits: the utilization is 0.
  auto object = Object({{"targetGpuUtilization", "80"}}, 0, 10);
  SimulationOptions options;
  options.initial_replicas = 0;
  const auto script = Played(Metric::kGpuUtilization, {{seconds(0), 90.0}}, minutes(10));
  EXPECT_EQ(Changes(Simulated(object, script, options)), Expected{});
  // A router's queue is there at zero. Active at the poll of 0 s.
  object.triggers[0].metadata["activationEndpoint"] = "http://router.default.svc:8000/metrics";
  object.triggers[0].metadata["activationMetric"] = "queue";
  const auto changes = Changes(Simulated(object, script, options));
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(*changes.begin(), (std::pair<const int64_t, int64_t>{0, 1}));
}

TEST(Simulation, TheTwoReplicaTrap) {
  // Eight GPUs at 100 %, target 80, AverageValue: ceil(100 / 80) = 2, whatever the load.
  SimulationOptions options;
  options.trace_replicas = 8;
  options.initial_replicas = 1;
  const Course course =
      Simulated(Object({{"targetGpuUtilization", "80"}}, 1, 10),
                Played(Metric::kGpuUtilization, {{seconds(0), 100.0}}, minutes(30), 8), options);
  EXPECT_EQ(Changes(course), (Expected{{0, 2}}));
  EXPECT_EQ(course.seconds.back().each, 100) << "and both are full";
  // 800 % offered; 100 % taken for the first 60 s, then 200 %.
  EXPECT_NEAR(course.seconds.back().backlog, 700.0 * 60 + 600.0 * (30 * 60 - 60), 1);
  ASSERT_EQ(course.limits.size(), 1u);
  EXPECT_THAT(course.limits[0], HasSubstr("ceil(100 / 80) = 2 replicas"));
}

TEST(Simulation, AWorkloadsSharedMetricEndsAtWhatTheLoadNeeds) {
  // 4 replicas at 60 % offer 240 %; S = a x n = 240 whatever n is, and ceil(240 / 80) = 3. Down
  // from 4 once the recommendation found at 0 s is more than 300 s old; then each is at 80 %.
  SimulationOptions options;
  options.trace_replicas = 4;
  const Course course =
      Simulated(Object({{"targetGpuUtilization", "80"}, {"workload", "deployment/llm"}}, 1, 10),
                Played(Metric::kGpuUtilization, {{seconds(0), 60.0}}, minutes(20), 4), options);
  EXPECT_EQ(Changes(course), (Expected{{315, 3}}));
  EXPECT_EQ(course.seconds.back().each, 80);
  EXPECT_NEAR(course.decisions.back().answers[0].value, 240, 1e-9);
}

TEST(Simulation, NewReplicasServeOnlyAfterTheirStart) {
  // 160 % for one replica: it is full and says 100: ceil(100 / 80) = 2, which serves at 60 s.
  SimulationOptions options;
  options.trace_replicas = 2;
  options.initial_replicas = 1;
  options.length = seconds(70);
  const Course course =
      Simulated(Object({{"targetGpuUtilization", "80"}, {"workload", "deployment/llm"}}, 1, 10),
                Played(Metric::kGpuUtilization, {{seconds(0), 80.0}}, minutes(20), 2), options);
  EXPECT_EQ(course.seconds[1].replicas, 2);
  EXPECT_EQ(course.seconds[59].serving, 1);
  EXPECT_EQ(course.seconds[60].serving, 2);
  EXPECT_EQ(course.seconds[59].each, 100);
}

TEST(Simulation, WhatCannotBeReadIsAnErrorThatKeepsTheReplicasUntilTheFallback) {
  // Read last at 59 s, stale after 69 s: errors at 75, 90 and 105 s. The third exceeds the
  // threshold 2: 6 x 80 = 480, which asks for 6; max(2 x 1, 4) = 4 first.
  auto object = Object({{"targetGpuUtilization", "80"}}, 1, 10);
  const auto steps =
      std::vector<PlayedStep>{{seconds(0), 80.0}, {seconds(60), absl::UnavailableError("gone")}};
  const auto script = Played(Metric::kGpuUtilization, steps, seconds(150));
  const Course without = Simulated(object, script, OpenLoop(1));
  EXPECT_EQ(Changes(without), Expected{});
  EXPECT_EQ(without.decisions.back().answers[0].status.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(without.decisions.back().wanted);
  EXPECT_TRUE(without.decisions[4].answers[0].status.ok()) << "at 60 s the value is 1 s old";
  object.fallback = manifests::Fallback{2, 6};
  const Course with = Simulated(object, script, OpenLoop(1));
  EXPECT_EQ(Changes(with), (Expected{{105, 4}, {120, 6}}));
  EXPECT_TRUE(with.decisions.back().answers[0].fallback);
}

TEST(Simulation, OfSeveralTriggersTheLargestCountsAndAFailedOneForbidsTheWayDown) {
  // 160 MiB / 80 = 2 and an absent metric: 2 is less than the 4 that run, and HPA stays.
  auto object = Object({{"metricType", "memory_used_mib"}, {"targetValue", "80"}}, 1, 10);
  const auto script = Played(Metric::kMemoryUsedMib, {{seconds(0), 160.0}}, minutes(10));
  object.triggers.push_back(object.triggers[0]);
  object.triggers[1].metadata = {{"targetGpuUtilization", "80"}};
  EXPECT_EQ(Changes(Simulated(object, script, OpenLoop(4))), Expected{});
  object.triggers[1].metadata = {{"metricType", "memory_used_mib"}, {"targetValue", "53.4"}};
  // ceil(160 / 53.4) = 3 is more than 2; down from 4 after 300 s.
  EXPECT_EQ(Changes(Simulated(object, script, OpenLoop(4))), (Expected{{315, 3}}));
}

TEST(Simulation, AWindowAveragesTheReportedValue) {
  // 0 for 60 s, then 100: over 20 s the average is 75 at 74 s and 100 from 79 s on. At 60 s it
  // is 1 second of 20, 5; at 75 s 16 of 20, 80, within the tolerance; at 90 s 100: 2.
  auto object = Object({{"targetGpuUtilization", "80"}, {"window", "20"}}, 1, 10);
  const auto steps = std::vector<PlayedStep>{{seconds(0), 0.0}, {seconds(60), 100.0}};
  const Course course =
      Simulated(object, Played(Metric::kGpuUtilization, steps, seconds(100)), OpenLoop(1));
  EXPECT_EQ(course.decisions[4].answers[0].value, 5);
  EXPECT_EQ(course.decisions[5].answers[0].value, 80);
  EXPECT_EQ(Changes(course), (Expected{{90, 2}}));
}

TEST(Simulation, AnEngineTriggerIsRefusedWithTheReason) {
  const auto object = FromManifest(Object({{"metricType", "vllm_inflight"},
                                           {"vllmEndpoint", "http://llm.default.svc:8000"},
                                           {"targetValue", "100"}},
                                          1, 10));
  ASSERT_TRUE(object.ok()) << object.status();
  const auto course =
      Simulate(*object, Played(Metric::kGpuUtilization, {{seconds(0), 1.0}}, minutes(1)), {});
  EXPECT_EQ(course.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(course.status().ToString(), HasSubstr("engines tell"));
}

}  // namespace
}  // namespace gpuscaler::simulation
