#include "scaling/explanation.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/evaluation.h"
#include "scaling/value_limits.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Metric;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Trigger MakeTrigger(Metric metric, double target) {
  Trigger trigger;
  trigger.metric = metric;
  trigger.target = target;
  trigger.metric_name = "keda_gpu_metric";
  return trigger;
}

std::vector<std::string> ExplanationOf(const Trigger& trigger, const std::vector<double>& values) {
  const auto evaluation = Evaluate(trigger, MakeView(trigger.metric, values), kNow, {});
  EXPECT_TRUE(evaluation.ok()) << evaluation.status();
  return Explain(trigger, *evaluation);
}

TEST(Explanation, TellsEveryStepFromTheGpusToHpa) {
  telemetry::GpuSnapshot lost = MakeGpu(1);
  lost.status = absl::UnavailableError("fell off the bus");
  const auto view =
      MakeView({MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 96.5), lost})});
  const Trigger trigger = MakeTrigger(Metric::kGpuUtilization, 80);
  const auto evaluation = Evaluate(trigger, view, kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_THAT(
      Explain(trigger, *evaluation),
      ElementsAre(
          "GPU 0 (NVIDIA H100 80GB HBM3) of node-a: 96.5 %",
          "GPU 1 (NVIDIA H100 80GB HBM3) of node-a: left out, it could not be read 0.0s ago: fell"
          " off the bus",
          "max of gpu_utilization over 1 of 2 GPUs, 1 of 1 nodes: 96.5 %",
          "reported as keda_gpu_metric: 96.5 (target 80)",
          "active: a GPU exceeds the activation threshold 0",
          "HPA (AverageValue): ceil(96.5 / 80) = 2 replicas, unless that is within HPA's"
          " tolerance (usually 10%) of what runs",
          "limit: without `workload` a percentage under AverageValue can never ask for more than"
          " ceil(100 / 80) = 2 replicas; with metricType: Value on the trigger (and"
          " hpaMetricType: Value in its metadata) HPA scales in proportion"));
}

TEST(Explanation, HasNoLimitForAPercentageUnderValue) {
  Trigger trigger = MakeTrigger(Metric::kGpuUtilization, 80);
  trigger.hpa_metric_type = HpaMetricType::kValue;
  const auto lines = ExplanationOf(trigger, {100});
  EXPECT_THAT(lines, Contains("HPA (Value): ready replicas x 100 / 80, rounded up, unless the"
                              " ratio is within HPA's tolerance (usually 10%) of 1"));
  EXPECT_THAT(lines, Each(Not(StartsWith("limit:"))));
}

TEST(Explanation, WarnsOfANameThatItsPodsDoNotHaveWhole) {
  Trigger trigger = MakeTrigger(Metric::kGpuUtilization, 80);
  const std::string name = std::string(58, 'a') + "-prod";
  trigger.workload = {catalog::FindWorkloadKind("deployment"), name, "ns"};
  EXPECT_THAT(ValueLimits(trigger),
              ElementsAre("limit: of a deployment's name its pods' names have the first 58"
                          " characters; pods of another one in ns whose name begins with \"" +
                          std::string(58, 'a') + "\" cannot be told from it and count too"));
  trigger.workload->name.resize(57);
  EXPECT_THAT(ValueLimits(trigger), IsEmpty());
}

TEST(Explanation, WarnsOfASumUnderValue) {
  Trigger trigger = MakeTrigger(Metric::kGpuUtilization, 80);
  trigger.aggregation = catalog::Aggregation::kSum;
  constexpr char kLimit[] =
      "limit: the sum does not fall as replicas are added; under Value HPA multiplies it by the "
      "replicas and goes on to maxReplicaCount while it is above the target";
  EXPECT_THAT(ExplanationOf(trigger, {100}), Not(Contains(kLimit)));
  trigger.hpa_metric_type = HpaMetricType::kValue;
  EXPECT_THAT(ExplanationOf(trigger, {100}), Contains(kLimit));
}

TEST(Explanation, WarnsOfAmountsThatDoNotFallAsReplicasAreAdded) {
  Trigger trigger = MakeTrigger(Metric::kMemoryUsedMib, 40000);
  EXPECT_THAT(ExplanationOf(trigger, {60000}),
              Contains("limit: memory_used_mib does not fall as replicas are added; it cannot ask"
                       " for more than ceil(max / 40000) replicas"));
  trigger.hpa_metric_type = HpaMetricType::kValue;
  EXPECT_THAT(ExplanationOf(trigger, {60000}),
              Contains("limit: memory_used_mib does not fall as replicas are added; under Value HPA"
                       " goes on to maxReplicaCount while it is above the target"));
}

TEST(Explanation, NamesBothLimitsOfMemoryAsAPercentage) {
  const auto lines = ExplanationOf(MakeTrigger(Metric::kMemoryUsedPercent, 70), {60});
  EXPECT_THAT(lines, Contains(HasSubstr("ceil(100 / 70) = 2 replicas")));
  EXPECT_THAT(lines, Contains(HasSubstr("does not fall as replicas are added")));
}

TEST(Explanation, NamesTheLimitOfAnIntensityThatIsNoPercentage) {
  EXPECT_THAT(ExplanationOf(MakeTrigger(Metric::kPowerDraw, 300), {600}),
              Contains(HasSubstr("cannot ask for more than ceil(largest reading / 300) replicas")));
}

TEST(Explanation, SaysThatASumGoesOverEverybodysGpus) {
  Trigger trigger = MakeTrigger(Metric::kGpuUtilization, 80);
  trigger.aggregation = catalog::Aggregation::kSum;
  const auto lines = ExplanationOf(trigger, {100, 100, 100});
  EXPECT_THAT(lines, Contains(HasSubstr("every GPU in view")));
  EXPECT_THAT(lines, Contains(HasSubstr("ceil(300 / 80) = 4 replicas")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("can never ask for more"))));
}

TEST(Explanation, SaysWhyAWorkloadIsActiveOrNot) {
  Trigger trigger = MakeTrigger(Metric::kGpuUtilization, 80);
  trigger.activation_threshold = 5;
  EXPECT_THAT(ExplanationOf(trigger, {5}), Contains("inactive: neither a GPU nor the aggregate"
                                                    " exceeds the activation threshold 5"));
  trigger.aggregation = catalog::Aggregation::kSum;
  EXPECT_THAT(ExplanationOf(trigger, {3, 3}),
              Contains("active: the aggregate exceeds the activation threshold 5"));
  trigger.always_active = true;
  trigger.profile = catalog::FindProfile("training");
  EXPECT_THAT(ExplanationOf(trigger, {0}),
              Contains("active: nothing exceeds the activation threshold 5, but the profile"
                       " training is always active"));
}

TEST(Explanation, NamesSixtyFourGpusAtMost) {
  const auto lines =
      ExplanationOf(MakeTrigger(Metric::kGpuUtilization, 80), std::vector<double>(70, 50));
  EXPECT_THAT(lines, Contains(StartsWith("GPU 63 (")));
  EXPECT_THAT(lines, Not(Contains(StartsWith("GPU 64 ("))));
  EXPECT_THAT(lines, Contains("and 6 GPUs more"));
  EXPECT_THAT(lines, Contains(HasSubstr("over 70 of 70 GPUs")));
}

}  // namespace
}  // namespace gpuscaler::scaling
