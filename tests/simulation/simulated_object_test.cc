#include "simulation/simulated_object.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gpuscaler::simulation {
namespace {

using testing::HasSubstr;

manifests::ScaledObject Object() {
  manifests::ScaledObject object;
  object.name = "llm";
  object.max_replicas = 10;
  manifests::ScaledObjectTrigger trigger;
  trigger.type = "external-push";
  trigger.metadata = {{"targetGpuUtilization", "80"}};
  object.triggers = {trigger};
  return object;
}

TEST(SimulatedObject, TakesOverWhatKedaAndTheHpaAreTold) {
  manifests::ScaledObject object = Object();
  object.polling_interval_seconds = 5;
  object.cooldown_seconds = 7;
  object.initial_cooldown_seconds = 9;
  object.idle_replicas = 0;
  object.min_replicas = 2;
  object.fallback = manifests::Fallback{3, 4, "currentReplicasIfHigher"};
  object.behavior.scale_up = manifests::ScalingRules{
      20, scaling::SelectPolicy::kMin, {{scaling::PolicyType::kPercent, 30, 40}}, 0.02};
  const auto simulated = FromManifest(object);
  ASSERT_TRUE(simulated.ok()) << simulated.status();
  EXPECT_EQ(simulated->name, "default/llm");
  EXPECT_EQ(simulated->keda.polling_interval, std::chrono::seconds(5));
  EXPECT_EQ(simulated->keda.cooldown, std::chrono::seconds(7));
  EXPECT_EQ(simulated->keda.initial_cooldown, std::chrono::seconds(9));
  EXPECT_EQ(simulated->keda.idle_replicas, 0);
  EXPECT_EQ(simulated->keda.HpaMinimum(), 2);
  EXPECT_EQ(simulated->keda.fallback->behavior, FallbackBehavior::kCurrentReplicasIfHigher);
  EXPECT_EQ(simulated->keda.fallback->failure_threshold, 3);
  ASSERT_TRUE(simulated->limits.behavior);
  EXPECT_EQ(simulated->limits.behavior->up.stabilization, std::chrono::seconds(20));
  EXPECT_EQ(simulated->limits.behavior->up.select, scaling::SelectPolicy::kMin);
  ASSERT_EQ(simulated->limits.behavior->up.policies.size(), 1u);
  EXPECT_EQ(simulated->limits.behavior->up.policies[0].type, scaling::PolicyType::kPercent);
  EXPECT_EQ(simulated->limits.behavior->up.policies[0].period, std::chrono::seconds(40));
  EXPECT_EQ(simulated->limits.behavior->down.stabilization, std::chrono::seconds(300))
      << "the default";
  EXPECT_EQ(simulated->tolerances.up, 0.02);
  EXPECT_EQ(simulated->tolerances.down, 0.1);
  EXPECT_TRUE(simulated->triggers.front().push);
}

TEST(SimulatedObject, WithoutBehaviorTheHpaHasNone) {
  EXPECT_FALSE(FromManifest(Object())->limits.behavior);
}

TEST(SimulatedObject, WhatCannotBeSimulatedIsRefusedWithTheReason) {
  manifests::ScaledObject none = Object();
  none.triggers.clear();
  EXPECT_THAT(FromManifest(none).status().ToString(), HasSubstr("default/llm has no trigger"));
  manifests::ScaledObject formula = Object();
  formula.has_scaling_modifiers = true;
  EXPECT_THAT(FromManifest(formula).status().ToString(), HasSubstr("scalingModifiers"));
  manifests::ScaledObject bad = Object();
  bad.triggers[0].metadata["aggregation"] = "mode";
  EXPECT_THAT(FromManifest(bad).status().ToString(),
              testing::AllOf(HasSubstr("external trigger 0"), HasSubstr("mode")));
  manifests::ScaledObject odd = Object();
  odd.max_replicas = 0;
  EXPECT_THAT(FromManifest(odd).status().ToString(), HasSubstr("maxReplicaCount is 0"));
}

}  // namespace
}  // namespace gpuscaler::simulation
