// minCoveragePercent: how many of the nodes must be fresh.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/evaluation.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Metric;
using testing::HasSubstr;
using testing::Not;

Trigger WithCoverage(double percent) {
  Trigger trigger;
  trigger.target = 80;
  trigger.min_coverage_percent = percent;
  return trigger;
}

telemetry::Snapshot Fresh(const std::string& name) {
  return MakeNode(name, {MakeGpu(0, Metric::kGpuUtilization, 40)});
}

telemetry::Snapshot Stale(const std::string& name) {
  return MakeNode(name, {MakeGpu(0, Metric::kGpuUtilization, 40, Seconds(42))});
}

absl::StatusOr<Evaluation> EvaluateNodes(double percent, std::vector<telemetry::Snapshot> nodes) {
  return Evaluate(WithCoverage(percent), MakeView(std::move(nodes)), kNow, {});
}

TEST(Coverage, IsEnoughAtExactlyTheShareAndTooLittleBelow) {
  const auto enough = EvaluateNodes(50, {Fresh("node-a"), Stale("node-b")});
  ASSERT_TRUE(enough.ok()) << enough.status();
  EXPECT_EQ(enough->nodes, 2U);
  EXPECT_EQ(enough->fresh_nodes, 1U);

  EXPECT_EQ(EvaluateNodes(50.001, {Fresh("node-a"), Stale("node-b")}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(EvaluateNodes(50, {Fresh("node-a"), Stale("node-b"), Stale("node-c")}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(EvaluateNodes(33.333, {Fresh("node-a"), Stale("node-b"), Stale("node-c")}).ok());
}

TEST(Coverage, OfZeroIsContentWithOneGpu) {
  EXPECT_TRUE(EvaluateNodes(0, {Stale("node-a"), Stale("node-b"), Fresh("node-c")}).ok());
}

TEST(Coverage, OfAHundredNeedsEveryNode) {
  EXPECT_TRUE(EvaluateNodes(100, {Fresh("node-a"), Fresh("node-b")}).ok());
  EXPECT_FALSE(EvaluateNodes(100, {Fresh("node-a"), Stale("node-b")}).ok());
}

TEST(Coverage, CountsANodeByItsBestGpu) {
  const auto evaluation =
      EvaluateNodes(100, {MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 40, Seconds(42)),
                                              MakeGpu(1, Metric::kGpuUtilization, 40)})});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->fresh_nodes, 1U);
  EXPECT_EQ(evaluation->counted, 1U);
}

TEST(Coverage, LeavesOutNodesThatCannotTakePart) {
  telemetry::GpuSnapshot without = MakeGpu(0);
  without.readings.SetUnsupported(Metric::kGpuUtilization);
  const auto evaluation =
      EvaluateNodes(100, {Fresh("node-a"), MakeNode("node-b", {}), MakeNode("node-c", {without})});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->nodes, 1U);
  EXPECT_EQ(evaluation->fresh_nodes, 1U);
}

TEST(Coverage, LeavesOutNodesWithoutTheIndex) {
  Trigger trigger = WithCoverage(100);
  trigger.gpu_index = 1;
  const auto view = MakeView({MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 40),
                                                  MakeGpu(1, Metric::kGpuUtilization, 60)}),
                              Fresh("node-b"), Stale("node-c")});
  const auto evaluation = Evaluate(trigger, view, kNow, {});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->nodes, 1U);
  EXPECT_EQ(evaluation->value, 60);
}

TEST(Coverage, CountsANodeThatNeverSpokeAndOneThatLostItsGpus) {
  telemetry::GpuSnapshot lost = MakeGpu(0);
  lost.status = absl::UnavailableError("the GPU is lost");
  const auto evaluation = EvaluateNodes(
      50, {Fresh("node-a"), MakeNode("node-b", {lost}),
           MakeSilentNode("node-c", absl::UnavailableError("libnvidia-ml.so.1 not found"))});
  ASSERT_FALSE(evaluation.ok());
  EXPECT_EQ(evaluation.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(evaluation.status().message(),
            "only 1 of 3 nodes (33.333%) have a fresh gpu_utilization, less than"
            " minCoveragePercent (50%); silent: GPU 0 (NVIDIA H100 80GB HBM3) of node-b: it could"
            " not be read 0.0s ago: the GPU is lost; node-c: no data has arrived yet:"
            " libnvidia-ml.so.1 not found");
}

TEST(Coverage, NamesThreeSilentNodesAtMost) {
  const auto evaluation = EvaluateNodes(50, {Stale("node-a"), Fresh("node-b"), Stale("node-c"),
                                             Stale("node-d"), Stale("node-e"), Stale("node-f")});
  const std::string message(evaluation.status().message());
  EXPECT_THAT(message, HasSubstr("only 1 of 6 nodes (16.667%)"));
  EXPECT_THAT(message, HasSubstr("of node-a: its newest gpu_utilization is 42.0s old; "));
  EXPECT_THAT(message, HasSubstr("of node-d: "));
  EXPECT_THAT(message, Not(HasSubstr("node-b")));
  EXPECT_THAT(message, Not(HasSubstr("node-e")));
  EXPECT_THAT(message, HasSubstr("; and 2 more"));
}

}  // namespace
}  // namespace gpuscaler::scaling
