// What an evaluation has found out where there is no value.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scaling/evaluation.h"
#include "scaling/node_maker.h"

namespace gpuscaler::scaling {
namespace {

Trigger MakeTrigger(std::vector<MetadataEntry> metadata) {
  auto trigger = ParseTrigger(metadata, "ns");
  EXPECT_TRUE(trigger.ok()) << trigger.status();
  return *trigger;
}

TEST(Findings, HoldWhatAnEvaluationHolds) {
  const auto view = MakeView(catalog::Metric::kGpuUtilization, {20, 60});
  const Trigger trigger = MakeTrigger({{"aggregation", "avg"}});
  const Findings findings = EvaluateInFull(trigger, view, kNow, {});
  const auto evaluation = Evaluate(trigger, view, kNow, {});
  ASSERT_TRUE(findings.value_status.ok()) << findings.value_status;
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(findings.evaluation.value, 40);
  EXPECT_EQ(evaluation->value, 40);
  EXPECT_EQ(findings.evaluation.gpus.size(), 2u);
}

TEST(Findings, OfStaleGpusAreTheGpusAndWhyTheyDoNotCount) {
  const Trigger trigger = MakeTrigger({});
  const auto view = MakeView({MakeNode(
      "node-a", {MakeGpu(0, catalog::Metric::kGpuUtilization, 70, Seconds(30)), MakeGpu(1)})});
  const Findings findings = EvaluateInFull(trigger, view, kNow, {});
  EXPECT_EQ(findings.value_status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(findings.value_status, Evaluate(trigger, view, kNow, {}).status());
  ASSERT_EQ(findings.evaluation.gpus.size(), 2u);
  EXPECT_EQ(findings.evaluation.gpus[0].part, Part::kStale);
  EXPECT_EQ(findings.evaluation.gpus[0].value, 70);
  EXPECT_EQ(findings.evaluation.gpus[1].part, Part::kNeverRead);
}

TEST(Findings, OfAWorkloadWhoseReplicasAreMissingAreTheReplicas) {
  NodeMaker node("node-a");
  const std::string gpu = node.Gpu(70, Seconds(30));
  node.Pod("llm-7d9c8b5f4d-x2b4k", {gpu});
  const Findings findings = EvaluateInFull(MakeTrigger({{"workload", "deployment/llm"}}),
                                           MakeView({node.Make()}), kNow, {});
  EXPECT_EQ(findings.value_status.code(), absl::StatusCode::kUnavailable);
  ASSERT_EQ(findings.evaluation.workload.replicas.size(), 1u);
  EXPECT_EQ(findings.evaluation.workload.replicas[0].state, ReplicaState::kMissing);
  EXPECT_EQ(findings.evaluation.workload.missing, 1u);
}

}  // namespace
}  // namespace gpuscaler::scaling
