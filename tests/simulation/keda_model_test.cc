#include "simulation/keda_model.h"

#include "gtest/gtest.h"

namespace gpuscaler::simulation {
namespace {

using scaling::HpaMetricType;

constexpr base::SteadyTime kNow = base::SteadyTime(std::chrono::hours(5));

base::SteadyTime After(int64_t seconds) {
  return kNow + std::chrono::seconds(seconds);
}

KedaSettings Settings(int64_t min) {
  KedaSettings settings;
  settings.min_replicas = min;
  settings.cooldown = std::chrono::seconds(60);
  return settings;
}

TEST(KedaModel, WakesFromZeroToOneOrToTheMinimum) {
  EXPECT_EQ(KedaModel(Settings(0), kNow).Request(After(1), true, false, 0), 1);
  EXPECT_EQ(KedaModel(Settings(3), kNow).Request(After(1), true, false, 0), 3);
  EXPECT_EQ(KedaModel(Settings(0), kNow).Request(After(1), false, false, 0), 0);
}

TEST(KedaModel, GoesToZeroOnlyOnceTheCooldownIsOver) {
  KedaModel keda(Settings(0), kNow);
  EXPECT_EQ(keda.Request(After(10), true, false, 4), 4);
  EXPECT_EQ(keda.Request(After(30), false, false, 4), 4);
  EXPECT_EQ(keda.Request(After(70), false, false, 4), 4) << "at 60 s it is not over yet";
  EXPECT_EQ(keda.Request(After(71), false, false, 4), 0);
}

TEST(KedaModel, ActivityBeginsTheCooldownAnew) {
  KedaModel keda(Settings(0), kNow);
  keda.Request(After(10), true, false, 4);
  keda.Request(After(60), true, false, 4);
  EXPECT_EQ(keda.Request(After(120), false, false, 4), 4);
  EXPECT_EQ(keda.Request(After(121), false, false, 4), 0);
}

TEST(KedaModel, WhatWasNeverActiveWaitsForTheInitialCooldownAlone) {
  EXPECT_EQ(KedaModel(Settings(0), kNow).Request(After(1), false, false, 4), 0);
  KedaSettings settings = Settings(0);
  settings.initial_cooldown = std::chrono::seconds(100);
  KedaModel keda(settings, kNow);
  EXPECT_EQ(keda.Request(After(100), false, false, 4), 4);
  EXPECT_EQ(keda.Request(After(101), false, false, 4), 0);
}

TEST(KedaModel, WithAMinimumItLeavesTheWayDownToTheHpa) {
  KedaModel keda(Settings(2), kNow);
  EXPECT_EQ(keda.Request(After(1000), false, false, 5), 5);
  EXPECT_EQ(keda.Request(After(1000), false, false, 1), 2) << "below the minimum";
}

TEST(KedaModel, GoesToTheIdleCountAndBackToTheMinimum) {
  KedaSettings settings = Settings(2);
  settings.idle_replicas = 0;
  KedaModel keda(settings, kNow);
  EXPECT_EQ(keda.Request(After(1), false, false, 5), 0);
  EXPECT_EQ(keda.Request(After(2), true, false, 0), 2);
  EXPECT_EQ(keda.Request(After(62), false, false, 2), 2);
  EXPECT_EQ(keda.Request(After(63), false, false, 2), 0);
}

TEST(KedaModel, AnErrorIsNoInactivity) {
  KedaModel keda(Settings(0), kNow);
  EXPECT_EQ(keda.Request(After(1000), false, true, 3), 3);
  KedaSettings settings = Settings(0);
  settings.fallback = Fallback{2, 6};
  EXPECT_EQ(KedaModel(settings, kNow).Request(After(1000), false, true, 3), 3);
  // KEDA's own trap: a fallback of no replicas.
  settings.fallback = Fallback{2, 0};
  EXPECT_EQ(KedaModel(settings, kNow).Request(After(1000), false, true, 3), 0);
}

TEST(FallbackModel, StandsInAboveItsThresholdAndUntilASuccess) {
  FallbackModel fallback(Fallback{2, 6});
  EXPECT_FALSE(fallback.Failed(HpaMetricType::kAverageValue, 80, 1, 1));
  EXPECT_FALSE(fallback.Failed(HpaMetricType::kAverageValue, 80, 1, 1));
  EXPECT_EQ(fallback.Failed(HpaMetricType::kAverageValue, 80, 1, 1), 480);
  fallback.Succeeded();
  EXPECT_FALSE(fallback.Failed(HpaMetricType::kAverageValue, 80, 1, 1));
}

TEST(FallbackModel, UnderValueDividesByTheReadyReplicas) {
  FallbackModel fallback(Fallback{0, 6});
  EXPECT_EQ(fallback.Failed(HpaMetricType::kValue, 80, 4, 3), 160);  // HPA: ceil(160 / 80 x 3)
  EXPECT_FALSE(fallback.Failed(HpaMetricType::kValue, 80, 4, 0));
}

TEST(FallbackModel, MayGoByWhatRuns) {
  const auto replicas = [](FallbackBehavior behavior, int64_t current) {
    return *FallbackModel(Fallback{0, 6, behavior})
                .Failed(HpaMetricType::kAverageValue, 1, current, current);
  };
  EXPECT_EQ(replicas(FallbackBehavior::kCurrentReplicas, 9), 9);
  EXPECT_EQ(replicas(FallbackBehavior::kCurrentReplicasIfHigher, 9), 9);
  EXPECT_EQ(replicas(FallbackBehavior::kCurrentReplicasIfHigher, 2), 6);
  EXPECT_EQ(replicas(FallbackBehavior::kCurrentReplicasIfLower, 2), 2);
  EXPECT_EQ(replicas(FallbackBehavior::kCurrentReplicasIfLower, 9), 6);
}

TEST(FallbackModel, WithoutOneTheErrorStays) {
  FallbackModel none(std::nullopt);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(none.Failed(HpaMetricType::kAverageValue, 80, 1, 1));
  }
}

}  // namespace
}  // namespace gpuscaler::simulation
