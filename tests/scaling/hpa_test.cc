#include "scaling/hpa.h"

#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

constexpr HpaMetricType kAverage = HpaMetricType::kAverageValue;
constexpr HpaMetricType kValue = HpaMetricType::kValue;

struct Case {
  HpaMetricType type;
  double value, target;
  int64_t current, ready;
  int64_t desired;
};

class DesiredReplicasTable : public testing::TestWithParam<Case> {};

TEST_P(DesiredReplicasTable, IsWhatTheControllerAsksFor) {
  const Case& of = GetParam();
  EXPECT_EQ(DesiredReplicas(of.type, of.value, of.target, of.current, of.ready), of.desired)
      << of.value << " / " << of.target << " at " << of.current << ", ready " << of.ready;
}

INSTANTIATE_TEST_SUITE_P(AverageValue, DesiredReplicasTable,
                         testing::ValuesIn<Case>({
                             // ratio = value / (target x current); ceil(value / target)
                             {kAverage, 400, 80, 2, 2, 5},
                             {kAverage, 401, 80, 2, 2, 6},
                             {kAverage, 80, 80, 1, 1, 1},
                             {kAverage, 88, 80, 1, 1, 1},      // ratio 1.1: within
                             {kAverage, 88.001, 80, 1, 1, 2},  // just above
                             {kAverage, 72, 80, 1, 1, 1},      // ratio 0.9: within
                             {kAverage, 720, 80, 10, 10, 10},  // ratio 0.9: within
                             {kAverage, 719.999, 80, 10, 10, 9},
                             {kAverage, 880, 80, 10, 10, 10},
                             {kAverage, 880.001, 80, 10, 10, 12},  // 11.0000125
                             {kAverage, 0, 80, 5, 5, 0},
                             {kAverage, 0, 80, 0, 0, 0},          // 0 / 0 in the controller
                             {kAverage, 81, 80, 0, 0, 2},         // no tolerance at 0
                             {kAverage, 400, 80, 2, 0, 5},        // ready pods play no part
                             {kAverage, 0.0004, 0.001, 1, 1, 0},  // KEDA passes 0 on
                             {kAverage, 0.002, 0.001, 1, 1, 2},
                             {kAverage, 9e12, 0.001, 1, 1, 2147483647},
                         }));

INSTANTIATE_TEST_SUITE_P(Value, DesiredReplicasTable,
                         testing::ValuesIn<Case>({
                             // ratio = value / target; ceil(ratio x ready)
                             {kValue, 100, 80, 4, 4, 5},
                             {kValue, 40, 80, 4, 4, 2},
                             {kValue, 88, 80, 7, 7, 7},      // ratio 1.1: within
                             {kValue, 88.001, 80, 7, 7, 8},  // 7.70008...
                             {kValue, 72, 80, 7, 7, 7},      // ratio 0.9: within
                             {kValue, 71.999, 80, 7, 7, 7},  // outside, 6.2999, still 7
                             {kValue, 71.999, 80, 10, 10, 9},
                             {kValue, 100, 80, 10, 4, 5},  // six are starting
                             {kValue, 80, 80, 10, 4, 10},
                             {kValue, 100, 80, 3, 0, 0},
                             {kValue, 0, 80, 3, 3, 0},
                             {kValue, 100, 80, 0, 0, 2},
                             {kValue, 81, 80, 0, 0, 2},
                             {kValue, 79, 80, 0, 0, 1},
                         }));

// The trap: under AverageValue a percentage with target 80 is at most 100.
TEST(TwoReplicaTrap, APercentageUnderAverageValueNeverAsksForMoreThanTwoAtTarget80) {
  for (int64_t current = 0; current <= 50; ++current) {
    EXPECT_LE(DesiredReplicas(kAverage, 100, 80, current, current), 2) << current;
  }
  EXPECT_EQ(DesiredReplicas(kAverage, 100, 80, 50, 50), 2);
}

TEST(TwoReplicaTrap, IsGoneUnderValueWhichIsProportional) {
  EXPECT_EQ(DesiredReplicas(kValue, 100, 80, 4, 4), 5);
  EXPECT_EQ(DesiredReplicas(kValue, 100, 80, 8, 8), 10);
  EXPECT_EQ(DesiredReplicas(kValue, 100, 80, 40, 40), 50);
}

TEST(ScaleUpLimit, IsTwiceTheReplicasOrFour) {
  EXPECT_EQ(ScaleUpLimit(0), 4);
  EXPECT_EQ(ScaleUpLimit(1), 4);
  EXPECT_EQ(ScaleUpLimit(2), 4);
  EXPECT_EQ(ScaleUpLimit(3), 6);
  EXPECT_EQ(ScaleUpLimit(50), 100);
}

HpaLimits Limits(int64_t min, int64_t max) {
  HpaLimits limits;
  limits.min_replicas = min;
  limits.max_replicas = max;
  return limits;
}

TEST(HpaModel, GoesUpByTheLimitOfEachSync) {
  HpaModel hpa(Limits(1, 100));
  EXPECT_EQ(hpa.Sync(kNow, 50, 1), 4);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 50, 4), 8);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(30), 50, 8), 16);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(45), 50, 16), 32);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(60), 50, 32), 50);
}

TEST(HpaModel, KeepsTheHighestRecommendationForFiveMinutes) {
  HpaModel hpa(Limits(1, 100));
  EXPECT_EQ(hpa.Sync(kNow, 10, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 2, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(300), 2, 10), 10);  // exactly 300 s old still counts
  EXPECT_EQ(hpa.Sync(kNow + Seconds(300.001), 2, 10), 2);
}

TEST(HpaModel, GoesDownToTheHighestThatIsLeftInTheWindow) {
  HpaModel hpa(Limits(1, 100));
  EXPECT_EQ(hpa.Sync(kNow, 10, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(100), 6, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(200), 2, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(301), 2, 10), 6);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(401), 2, 6), 2);
}

TEST(HpaModel, CountsTheReplicasFoundAtTheFirstSyncAsARecommendation) {
  HpaModel hpa(Limits(1, 100));
  EXPECT_EQ(hpa.Sync(kNow, 1, 8), 8);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(301), 1, 8), 1);
}

TEST(HpaModel, StaysWithinMinimumAndMaximum) {
  HpaModel hpa(Limits(2, 6));
  EXPECT_EQ(hpa.Sync(kNow, 50, 4), 6);
  HpaModel idle(Limits(2, 6));
  EXPECT_EQ(idle.Sync(kNow, 0, 2), 2);
}

TEST(HpaModel, PutsACountOutsideTheBoundsRightAtOnce) {
  EXPECT_EQ(HpaModel(Limits(2, 6)).Sync(kNow, 3, 9), 6);
  EXPECT_EQ(HpaModel(Limits(2, 6)).Sync(kNow, 5, 1), 2);
}

TEST(HpaModel, IsAsleepAtZeroReplicas) {
  EXPECT_EQ(HpaModel(Limits(1, 6)).Sync(kNow, 5, 0), 0);
  EXPECT_EQ(HpaModel(Limits(0, 6)).Sync(kNow, 5, 0), 4);
}

TEST(LargestWish, IsWhatHpaGoesBy) {
  using Wishes = std::vector<std::optional<int64_t>>;
  EXPECT_EQ(LargestWish(Wishes{8, 1}, 4), 8);
  EXPECT_EQ(LargestWish(Wishes{2, 1}, 4), 2);
  EXPECT_EQ(LargestWish(Wishes{8, std::nullopt}, 4), 8);
  EXPECT_EQ(LargestWish(Wishes{2, std::nullopt}, 4), std::nullopt)
      << "the one that failed may want more";
  EXPECT_EQ(LargestWish(Wishes{std::nullopt}, 4), std::nullopt);
}

}  // namespace
}  // namespace gpuscaler::scaling
