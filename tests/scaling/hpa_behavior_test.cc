#include "scaling/hpa_behavior.h"

#include "gtest/gtest.h"
#include "scaling/hpa.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

ScalingRules Rules(std::vector<ScalingPolicy> policies, SelectPolicy select = SelectPolicy::kMax,
                   base::Duration stabilization = {}) {
  return {stabilization, select, std::move(policies)};
}

HpaModel Model(HpaBehavior behavior, int64_t min = 1, int64_t max = 100) {
  HpaLimits limits;
  limits.min_replicas = min;
  limits.max_replicas = max;
  limits.behavior = std::move(behavior);
  return HpaModel(std::move(limits));
}

HpaModel Up(ScalingRules up) {
  HpaBehavior behavior;
  behavior.up = std::move(up);
  return Model(std::move(behavior));
}

HpaModel Down(ScalingRules down) {
  HpaBehavior behavior;
  behavior.down = std::move(down);
  return Model(std::move(behavior));
}

constexpr base::Duration kMinute = std::chrono::seconds(60);

TEST(HpaBehavior, ItsDefaultsAddFourPodsOrDouble) {
  // max(1 + 4, ceil(1 x 2)) = 5: an HPA without any behavior goes to 4.
  HpaModel hpa = Model({});
  EXPECT_EQ(hpa.Sync(kNow, 50, 1), 5);
  // The 4 of 15 s ago are no longer in the period: max(5 + 4, 10) = 10.
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 50, 5), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(30), 50, 10), 20);
}

TEST(HpaBehavior, PodsOfAPeriodCountTogether) {
  HpaModel hpa = Up(Rules({{PolicyType::kPods, 2, kMinute}}));
  EXPECT_EQ(hpa.Sync(kNow, 10, 1), 3);
  // 3 - 2 came in this period, which began with 1: 1 + 2.
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 10, 3), 3);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(59), 10, 3), 3);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(60), 10, 3), 5);
}

TEST(HpaBehavior, PercentsAreRoundedUpOnTheWayUp) {
  HpaModel hpa = Up(Rules({{PolicyType::kPercent, 10, kMinute}}));
  EXPECT_EQ(hpa.Sync(kNow, 50, 1), 2);                // ceil(1 x 1.1)
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 50, 2), 2);  // ceil((2 - 1) x 1.1)
  EXPECT_EQ(hpa.Sync(kNow + Seconds(60), 50, 2), 3);  // ceil(2 x 1.1)
  EXPECT_EQ(hpa.Sync(kNow + Seconds(180), 50, 30), 33);
}

TEST(HpaBehavior, PercentsAreCutOnTheWayDown) {
  HpaModel hpa = Down(Rules({{PolicyType::kPercent, 10, kMinute}}));
  EXPECT_EQ(hpa.Sync(kNow, 1, 25), 22);                // 25 x 0.9 = 22.5
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 1, 22), 22);  // (22 + 3) x 0.9
  EXPECT_EQ(hpa.Sync(kNow + Seconds(60), 1, 22), 19);  // 22 x 0.9 = 19.8
}

TEST(HpaBehavior, OfSeveralPoliciesTheGreatestChangeOrTheSmallestIsTaken) {
  const std::vector<ScalingPolicy> policies = {{PolicyType::kPods, 2, kMinute},
                                               {PolicyType::kPercent, 50, kMinute}};
  EXPECT_EQ(Up(Rules(policies, SelectPolicy::kMax)).Sync(kNow, 100, 10), 15);
  EXPECT_EQ(Up(Rules(policies, SelectPolicy::kMin)).Sync(kNow, 100, 10), 12);
  EXPECT_EQ(Down(Rules(policies, SelectPolicy::kMax)).Sync(kNow, 1, 10), 5);
  EXPECT_EQ(Down(Rules(policies, SelectPolicy::kMin)).Sync(kNow, 1, 10), 8);
}

TEST(HpaBehavior, ADisabledDirectionIsOffAndTheOtherIsNot) {
  const ScalingRules off = Rules({{PolicyType::kPods, 4, kMinute}}, SelectPolicy::kDisabled);
  EXPECT_EQ(Down(off).Sync(kNow, 1, 10), 10);
  EXPECT_EQ(Down(off).Sync(kNow, 12, 10), 12);
  EXPECT_EQ(Up(off).Sync(kNow, 20, 10), 10);
}

TEST(HpaBehavior, TheLowestRecommendationOfItsWindowHoldsBackTheWayUp) {
  HpaModel hpa = Up(Rules({{PolicyType::kPods, 100, kMinute}}, SelectPolicy::kMax, Seconds(30)));
  // The replicas found at the first sync are a recommendation, too.
  EXPECT_EQ(hpa.Sync(kNow, 10, 2), 2);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(15), 10, 2), 2);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(29), 8, 2), 2);
  // Exactly 30 s old is outside: left are 10 and 8.
  EXPECT_EQ(hpa.Sync(kNow + Seconds(30), 10, 2), 8);
}

TEST(HpaBehavior, TheHighestRecommendationOfItsWindowHoldsBackTheWayDown) {
  HpaModel hpa =
      Down(Rules({{PolicyType::kPercent, 100, kMinute}}, SelectPolicy::kMax, Seconds(60)));
  EXPECT_EQ(hpa.Sync(kNow, 10, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(45), 3, 10), 10);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(60), 2, 10), 3);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(105), 2, 3), 2);
}

TEST(HpaBehavior, PoliciesStayWithinMinimumAndMaximum) {
  HpaBehavior fast;
  fast.up = Rules({{PolicyType::kPods, 100, kMinute}});
  fast.down = Rules({{PolicyType::kPods, 100, kMinute}});
  EXPECT_EQ(Model(fast, 2, 6).Sync(kNow, 50, 4), 6);
  EXPECT_EQ(Model(fast, 2, 6).Sync(kNow, 0, 4), 2);
}

TEST(HpaBehavior, WithoutAMetricNothingChangesAndNothingIsRecommended) {
  HpaModel hpa = Model({});
  EXPECT_EQ(hpa.Sync(kNow, std::nullopt, 3), 3);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(301), 1, 3), 1);
  EXPECT_EQ(Model({}, 1, 2).Sync(kNow, std::nullopt, 5), 2) << "above the maximum";
}

// A change that only the other direction's longer period would still look at is overwritten
// by the next one, in the controller as here.
TEST(HpaBehavior, AnOutdatedChangeIsForgottenAtTheNextOfItsDirection) {
  HpaBehavior behavior;
  behavior.up = Rules({{PolicyType::kPods, 10, Seconds(15)}});
  behavior.down = Rules({{PolicyType::kPods, 1, Seconds(600)}});
  HpaModel hpa = Model(behavior);
  EXPECT_EQ(hpa.Sync(kNow, 11, 1), 11);
  EXPECT_EQ(hpa.Sync(kNow + Seconds(60), 12, 11), 12);
  // 12 - 1 ran when the period began, by the one change that is left: 11 - 1.
  EXPECT_EQ(hpa.Sync(kNow + Seconds(75), 1, 12), 10);
}

TEST(HpaTolerances, AreOfEachDirection) {
  constexpr HpaMetricType kAverage = HpaMetricType::kAverageValue;
  EXPECT_EQ(DesiredReplicas(kAverage, 88, 80, 1, 1, {.up = 0.05, .down = 0.1}), 2);
  EXPECT_EQ(DesiredReplicas(kAverage, 96, 80, 1, 1, {.up = 0.2, .down = 0.1}), 1);
  EXPECT_EQ(DesiredReplicas(kAverage, 640, 80, 10, 10, {.up = 0.1, .down = 0.2}), 10);
  EXPECT_EQ(DesiredReplicas(HpaMetricType::kValue, 81, 80, 10, 10, {.up = 0, .down = 0}), 11);
}

}  // namespace
}  // namespace gpuscaler::scaling
