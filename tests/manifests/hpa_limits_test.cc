#include "manifests/hpa_limits.h"

#include <gtest/gtest.h>

#include <memory>

namespace gpuscaler::manifests {
namespace {

using std::chrono::seconds;

TEST(HpaLimits, WithoutBehaviorTheHpaHasNone) {
  ScaledObject object;
  object.min_replicas = 0;
  object.max_replicas = 12;
  const scaling::HpaLimits limits = HpaLimitsOf(object);
  EXPECT_EQ(limits.min_replicas, 1) << "KEDA's part is between 0 and 1";
  EXPECT_EQ(limits.max_replicas, 12);
  EXPECT_EQ(limits.downscale_stabilization, seconds(300));
  EXPECT_FALSE(limits.behavior);
  EXPECT_EQ(HpaTolerancesOf(object).up, scaling::kHpaTolerance);
  EXPECT_EQ(HpaTolerancesOf(object).down, scaling::kHpaTolerance);
}

TEST(HpaLimits, OneDirectionThatIsGivenMakesDefaultsOfTheOther) {
  ScaledObject object;
  object.min_replicas = 3;
  object.behavior.scale_down = ScalingRules{
      20, scaling::SelectPolicy::kMin, {{scaling::PolicyType::kPercent, 30, 40}}, 0.02};
  const scaling::HpaLimits limits = HpaLimitsOf(object);
  EXPECT_EQ(limits.min_replicas, 3);
  ASSERT_TRUE(limits.behavior);
  EXPECT_EQ(limits.behavior->down.stabilization, seconds(20));
  EXPECT_EQ(limits.behavior->down.select, scaling::SelectPolicy::kMin);
  ASSERT_EQ(limits.behavior->down.policies.size(), 1u);
  EXPECT_EQ(limits.behavior->down.policies[0].value, 30);
  EXPECT_EQ(limits.behavior->down.policies[0].period, seconds(40));
  EXPECT_EQ(limits.behavior->up.policies.size(), scaling::DefaultScaleUpRules().policies.size());
  EXPECT_EQ(HpaTolerancesOf(object).up, scaling::kHpaTolerance);
  EXPECT_EQ(HpaTolerancesOf(object).down, 0.02);
}

// As of deploy/examples/training.yaml.
TEST(HpaLimits, ADirectionThatIsDisabledIs) {
  // On the heap: GCC 12 takes an optional on the stack, which it sees through, for uninitialized.
  const auto object = std::make_unique<ScaledObject>();
  object->behavior.scale_down.emplace().select_policy = scaling::SelectPolicy::kDisabled;
  scaling::HpaModel hpa(HpaLimitsOf(*object));
  const base::SteadyTime start = base::SteadyTime(seconds(1000));
  EXPECT_EQ(hpa.Sync(start, 4, 4), 4);
  EXPECT_EQ(hpa.Sync(start + seconds(4000), 1, 4), 4);
}

}  // namespace
}  // namespace gpuscaler::manifests
