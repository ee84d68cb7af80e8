#include "scaling/hpa_step.h"

#include <gtest/gtest.h>

namespace gpuscaler::scaling {
namespace {

Trigger At(double target, HpaMetricType type) {
  Trigger trigger;
  trigger.target = target;
  trigger.hpa_metric_type = type;
  return trigger;
}
const Trigger kAverage = At(80, HpaMetricType::kAverageValue);
const Trigger kValue = At(80, HpaMetricType::kValue);

struct Row {
  const Trigger* trigger;
  double value;
  int64_t current;
  int64_t desired;
  int64_t next;
  bool within;
  std::string text;
};

TEST(HpaStep, IsWhatTheControllerDoesAtOneLook) {
  for (const Row& row : {
           Row{&kAverage, 348.4, 4, 4, 4, true,
               "AverageValue: ceil(348.4 / 80), but the ratio is within 10% of 1: 4 stay"},
           Row{&kAverage, 400, 4, 5, 5, false,
               "AverageValue: ceil(400 / 80) = 5; 4 run: up at the next look"},
           Row{&kAverage, 2000, 4, 25, 8, false,
               "AverageValue: ceil(2000 / 80) = 25; at one look no more than max(2 x 4, 4) = 8"},
           Row{&kAverage, 2000, 1, 25, 4, false,
               "AverageValue: ceil(2000 / 80) = 25; at one look no more than max(2 x 1, 4) = 4"},
           Row{&kAverage, 100, 4, 2, 2, false,
               "AverageValue: ceil(100 / 80) = 2; 4 run: down once nothing higher was wanted for"
               " 300 s"},
           Row{&kAverage, 330, 4, 4, 4, true,
               "AverageValue: ceil(330 / 80), but the ratio is within 10% of 1: 4 stay"},
           Row{&kValue, 100, 4, 5, 5, false,
               "Value: ceil(4 x 100 / 80) = 5; 4 run: up at the next look"},
           Row{&kValue, 88, 4, 4, 4, true,
               "Value: ceil(4 x 88 / 80), but the ratio is within 10% of 1: 4 stay"},
           Row{&kValue, 0, 3, 0, 1, false,
               "Value: ceil(3 x 0 / 80) = 0; 3 run: down to 1, HPA's minimum, once nothing higher "
               "was wanted for 300 s"},
           Row{&kValue, 0, 1, 0, 1, false,
               "Value: ceil(1 x 0 / 80) = 0; 1 run, which is HPA's minimum"},
       }) {
    SCOPED_TRACE(row.value);
    const HpaStep step = NextStep(*row.trigger, row.value, true, row.current);
    EXPECT_EQ(step.desired, row.desired);
    EXPECT_EQ(step.next, row.next);
    EXPECT_EQ(step.within_tolerance, row.within);
    EXPECT_EQ(step.text, row.text);
  }
}

HpaSettings Settings(const HpaBehavior& behavior = {}) {
  HpaSettings settings;
  settings.limits = {.min_replicas = 2, .max_replicas = 20, .behavior = behavior};
  return settings;
}

TEST(HpaStep, KeepsToTheScaledObjectsCounts) {
  HpaSettings settings = Settings();
  settings.limits.behavior.reset();
  const auto next = [&](int64_t desired, int64_t current) {
    return OutcomeOf(desired, current, settings);
  };
  EXPECT_EQ(next(30, 12).next, 20);
  EXPECT_EQ(next(30, 12).text, "no more than maxReplicaCount, 20");
  EXPECT_EQ(next(30, 20).text, "20 run, which is maxReplicaCount");
  EXPECT_EQ(next(0, 5).next, 2);
  EXPECT_EQ(next(0, 1).next, 2);
  EXPECT_EQ(next(0, 1).text, "1 run, below minReplicaCount: 2 at once");
  EXPECT_EQ(next(5, 30).next, 20);
  EXPECT_EQ(next(5, 30).text, "30 run, above maxReplicaCount: 20 at once");
}

TEST(HpaStep, KeepsToPoliciesUpAndDown) {
  HpaBehavior behavior;
  behavior.up = {.policies = {{PolicyType::kPods, 1, std::chrono::seconds(60)}}};
  behavior.down = {.stabilization = std::chrono::seconds(60),
                   .policies = {{PolicyType::kPercent, 50, std::chrono::seconds(60)}}};
  const HpaSettings settings = Settings(behavior);
  EXPECT_EQ(OutcomeOf(9, 4, settings).next, 5);
  EXPECT_EQ(OutcomeOf(9, 4, settings).text, "at one look no more than behavior.scaleUp allows, 5");
  EXPECT_EQ(OutcomeOf(2, 8, settings).next, 4);
  EXPECT_EQ(OutcomeOf(2, 8, settings).text,
            "at one look no less than behavior.scaleDown allows, 4, once nothing higher was wanted "
            "for 60 s");
}

TEST(HpaStep, StaysWhereADirectionIsDisabled) {
  HpaBehavior behavior;
  behavior.up.select = behavior.down.select = SelectPolicy::kDisabled;
  EXPECT_EQ(OutcomeOf(9, 4, Settings(behavior)).next, 4);
  EXPECT_EQ(OutcomeOf(9, 4, Settings(behavior)).text, "behavior.scaleUp allows none: 4 stay");
  EXPECT_EQ(OutcomeOf(2, 4, Settings(behavior)).next, 4);
  EXPECT_EQ(OutcomeOf(2, 4, Settings(behavior)).text, "behavior.scaleDown allows none: 4 stay");
}

TEST(HpaStep, SaysForHowLongStabilizationHoldsItBack) {
  HpaBehavior behavior;
  behavior.up.stabilization = std::chrono::seconds(120);
  behavior.down.stabilization = {};
  EXPECT_EQ(OutcomeOf(5, 4, Settings(behavior)).text,
            "4 run: up once nothing lower was wanted for 120 s");
  EXPECT_EQ(OutcomeOf(18, 4, Settings(behavior)).text,
            "at one look no more than behavior.scaleUp allows, 8, once nothing lower was wanted "
            "for 120 s");
  EXPECT_EQ(OutcomeOf(3, 4, Settings(behavior)).text, "4 run: down at the next look");
}

TEST(HpaStep, KeepsToTheScaledObjectsTolerances) {
  HpaSettings settings = Settings();
  settings.tolerances.down = 0.5;
  const HpaStep step = NextStep(kValue, 57, true, 4, settings);
  EXPECT_EQ(step.next, 4);
  EXPECT_EQ(step.text,
            "Value: ceil(4 x 57 / 80), but the ratio is within 50% below and 10% above 1: 4 stay");
}

TEST(HpaStep, WithNothingRunningKedaDecides) {
  EXPECT_EQ(NextStep(kAverage, 200, true, 0).next, 1);
  EXPECT_EQ(NextStep(kAverage, 200, false, 0).next, 0);
  EXPECT_EQ(NextStep(kAverage, 200, false, 0).text,
            "nothing runs, and HPA is asleep until KEDA sees it active");
}

TEST(HpaStep, WithoutTheReplicasSaysWhatItDependsOn) {
  const HpaStep average = NextStep(kAverage, 200, true, std::nullopt);
  EXPECT_EQ(average.desired, 3);
  EXPECT_EQ(average.next, std::nullopt);
  EXPECT_EQ(average.text,
            "AverageValue: ceil(200 / 80) = 3, unless that is within 10% of what runs");
  const HpaStep value = NextStep(kValue, 200, true, std::nullopt);
  EXPECT_EQ(value.desired, std::nullopt);
  EXPECT_EQ(value.next, std::nullopt);
  EXPECT_EQ(value.text,
            "Value: ready replicas x 200 / 80, rounded up, unless the ratio is within 10% of 1");
  HpaSettings settings;
  settings.tolerances = {.up = 0.02, .down = 0.05};
  EXPECT_EQ(NextStep(kAverage, 200, true, std::nullopt, settings).text,
            "AverageValue: ceil(200 / 80) = 3, unless that is within 5% below and 2% above what"
            " runs");
}

}  // namespace
}  // namespace gpuscaler::scaling
