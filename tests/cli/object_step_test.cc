#include "cli/object_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpuscaler::cli {
namespace {

using decision::v1::Decision;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

manifests::ScaledObject ObjectOf(size_t triggers) {
  manifests::ScaledObject object;
  object.min_replicas = 1;
  object.triggers.resize(triggers);
  return object;
}

Decision Valued(double value, uint32_t current, bool active = true) {
  Decision decision;
  decision.set_target(10);
  decision.set_value(value);
  decision.set_active(active);
  decision.mutable_explanation()->mutable_hpa()->set_current_replicas(current);
  return decision;
}

Decision Failed() {
  Decision decision;
  decision.mutable_error()->set_code("UNAVAILABLE");
  return decision;
}

ObjectStep Step(const manifests::ScaledObject& object, std::vector<Decision> decisions) {
  return StepOf(object, decisions);
}

TEST(ObjectStep, OfOneTriggerIsItsOwn) {
  EXPECT_THAT(Step(ObjectOf(1), {Valued(80, 4)}).lines, ElementsAre("next: 4 -> 8"));
}

TEST(ObjectStep, TakesTheLargestOfSeveralWishes) {
  std::vector<Decision> decisions = {Valued(80, 4), Valued(1, 4)};
  const ObjectStep step = StepOf(ObjectOf(2), decisions);
  EXPECT_THAT(step.lines, ElementsAre("HPA, of 2 triggers: the largest wish is 8; 4 run: up at the "
                                      "next look",
                                      "next: 4 -> 8"));
  EXPECT_EQ(decisions[0].explanation().hpa().next_replicas(), 8u);
  EXPECT_EQ(decisions[1].explanation().hpa().next_replicas(), 1u) << "alone";
  EXPECT_EQ(decisions[1].explanation().hpa().next_replicas_of_object(), 8u);
}

TEST(ObjectStep, DoesNotGoDownWhileATriggerHasNoValue) {
  EXPECT_EQ(Step(ObjectOf(2), {Valued(1, 4), Failed()}).next, 4);
  EXPECT_EQ(Step(ObjectOf(2), {Valued(80, 4), Failed()}).next, 8);
  EXPECT_THAT(Step(ObjectOf(2), {Valued(1, 4), Failed()}).lines,
              Contains("HPA, of 2 triggers: it does not go down while one has no value"));
}

TEST(ObjectStep, NamesTheTriggersOfOthers) {
  manifests::ScaledObject object = ObjectOf(1);
  object.other_triggers = {"cpu"};
  EXPECT_THAT(Step(object, {Valued(80, 4)}).lines,
              Contains(HasSubstr("; the one of type cpu may want more")));
}

TEST(ObjectStep, KeepsToTheBehaviorOfTheScaledObject) {
  manifests::ScaledObject object = ObjectOf(1);
  object.behavior.scale_down.emplace().select_policy = scaling::SelectPolicy::kDisabled;
  EXPECT_EQ(Step(object, {Valued(25, 4)}).next, 4);
  object.behavior.scale_down.emplace().tolerance = 0.5;
  EXPECT_EQ(Step(object, {Valued(25, 4)}).next, 4);
  object.behavior.scale_down->tolerance = 0.1;
  EXPECT_EQ(Step(object, {Valued(25, 4)}).next, 3);
}

TEST(ObjectStep, IsByTheMetricTypeThatHpaHas) {
  manifests::ScaledObject object = ObjectOf(1);
  object.triggers[0].hpa_metric_type = scaling::HpaMetricType::kValue;
  EXPECT_EQ(Step(object, {Valued(15, 4)}).next, 6);
}

TEST(ObjectStep, LeavesGoingToZeroToKedaAndItsCooldown) {
  manifests::ScaledObject object = ObjectOf(1);
  object.min_replicas = 0;
  object.cooldown_seconds = 600;
  EXPECT_THAT(Step(object, {Valued(0, 3, false)}).lines,
              ElementsAre("next: 3 -> 1",
                          "KEDA: no trigger is active: to 0 once none was for 600 s "
                          "(cooldownPeriod)"));
  EXPECT_THAT(Step(object, {Valued(0, 3, true)}).lines,
              ElementsAre("next: 3 -> 1",
                          "KEDA: a trigger is active; only when none is does it go "
                          "below HPA's minimum"));
}

TEST(ObjectStep, WithNothingRunningIsKedas) {
  manifests::ScaledObject object = ObjectOf(1);
  EXPECT_THAT(Step(object, {Valued(0, 0, false)}).lines,
              ElementsAre("next: 0 -> 1", "KEDA: 0 -> 1 at once, which is minReplicaCount"));
  object.min_replicas = 0;
  EXPECT_THAT(Step(object, {Valued(0, 0, false)}).lines,
              ElementsAre("next: 0 -> 0", "KEDA: no trigger is active: it stays at 0"));
  EXPECT_THAT(Step(object, {Valued(80, 0, true)}).lines,
              ElementsAre("next: 0 -> 1", "KEDA: 0 -> 1 at once, for a trigger is active"));
}

// The router cannot be read, and the value is known all the same.
Decision OfUnknownActivity(double value, uint32_t current) {
  Decision decision = Valued(value, current, false);
  decision.clear_active();
  decision.mutable_active_error()->set_code("UNAVAILABLE");
  return decision;
}

TEST(ObjectStep, AnErrorIsNotTakenForInactive) {
  manifests::ScaledObject object = ObjectOf(1);
  object.min_replicas = 0;
  Decision failed = Failed();
  failed.mutable_explanation()->mutable_hpa()->set_current_replicas(0);
  for (const Decision& decision : {failed, OfUnknownActivity(0, 0)}) {
    EXPECT_THAT(Step(object, {decision}).lines,
                ElementsAre("next: 0 -> 0",
                            "KEDA: a trigger has an error, which starts nothing: it stays at 0"));
  }
  EXPECT_THAT(
      Step(object, {OfUnknownActivity(0, 3)}).lines,
      ElementsAre("next: 3 -> 1", "KEDA: a trigger has an error, which is not taken for inactive"));
}

TEST(ObjectStep, AtZeroAFallbackActsOnErrors) {
  manifests::ScaledObject object = ObjectOf(1);
  object.min_replicas = 0;
  object.fallback = manifests::Fallback{};
  object.fallback->replicas = 2;
  EXPECT_THAT(Step(object, {OfUnknownActivity(0, 0)}).lines,
              ElementsAre("next: 0 -> 0", HasSubstr("failures in a row its fallback")));
}

TEST(ObjectStep, IsNotKnownWithoutTheReplicasAndNotOurs) {
  Decision decision = Valued(80, 4);
  decision.mutable_explanation()->mutable_hpa()->clear_current_replicas();
  EXPECT_THAT(Step(ObjectOf(1), {decision}).lines, IsEmpty());
  manifests::ScaledObject object = ObjectOf(1);
  object.has_scaling_modifiers = true;
  EXPECT_EQ(Step(object, {Valued(80, 4)}).next, std::nullopt);
}

}  // namespace
}  // namespace gpuscaler::cli
