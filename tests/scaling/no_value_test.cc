// Absent is not zero: which error a trigger gets when no GPU counts.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/evaluation.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Lane;
using catalog::Metric;

Trigger UtilizationTrigger() {
  Trigger trigger;
  trigger.target = 80;
  return trigger;
}

std::string ErrorOf(const Trigger& trigger, std::vector<telemetry::Snapshot> nodes,
                    absl::StatusCode code) {
  const auto evaluation = Evaluate(trigger, MakeView(std::move(nodes)), kNow, {});
  EXPECT_EQ(evaluation.status().code(), code) << evaluation.status();
  return std::string(evaluation.status().message());
}

constexpr absl::StatusCode kUnavailable = absl::StatusCode::kUnavailable;
constexpr absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;

TEST(NoValue, BeforeAnyNodeHasSpoken) {
  EXPECT_EQ(ErrorOf(UtilizationTrigger(), {}, kUnavailable),
            "no gpu_utilization: no data has arrived yet from any node");
}

TEST(NoValue, BeforeTheFirstReadEnds) {
  EXPECT_EQ(
      ErrorOf(UtilizationTrigger(), {MakeSilentNode("node-a", absl::OkStatus())}, kUnavailable),
      "no gpu_utilization: node-a: no data has arrived yet");
}

TEST(NoValue, WithoutADriverSaysWhatTheLaneSays) {
  EXPECT_EQ(ErrorOf(UtilizationTrigger(),
                    {MakeSilentNode("node-a", absl::UnavailableError("install the driver"))},
                    kUnavailable),
            "no gpu_utilization: node-a: no data has arrived yet: install the driver");
}

TEST(NoValue, TakesTheMessageOfTheMetricsOwnLaneFirst) {
  telemetry::Snapshot node = MakeSilentNode("node-a", absl::UnavailableError("fast"));
  node.lane(Lane::kFull).status = absl::UnavailableError("full");
  Trigger trigger = UtilizationTrigger();
  trigger.metric = Metric::kPowerDraw;
  EXPECT_EQ(ErrorOf(trigger, {node}, kUnavailable),
            "no power_draw: node-a: no data has arrived yet: full");
  node.lane(Lane::kFull).status = absl::OkStatus();
  EXPECT_EQ(ErrorOf(trigger, {node}, kUnavailable),
            "no power_draw: node-a: no data has arrived yet: fast");
}

TEST(NoValue, OfANodeWithoutAGpuIsNoMatterOfWaiting) {
  EXPECT_EQ(ErrorOf(UtilizationTrigger(), {MakeNode("node-a", {}), MakeNode("node-b", {})},
                    kPrecondition),
            "no gpu_utilization: node-a, node-b without any GPU");
}

TEST(NoValue, OfANodeWithoutAGpuAndASilentOneIsAMatterOfWaiting) {
  EXPECT_EQ(
      ErrorOf(UtilizationTrigger(),
              {MakeNode("node-a", {}), MakeSilentNode("node-b", absl::OkStatus())}, kUnavailable),
      "no gpu_utilization: node-b: no data has arrived yet");
}

TEST(NoValue, OfANodeThatHadNoGpuWhenItsDriverWentAway) {
  telemetry::Snapshot node = MakeNode("node-a", {});
  for (telemetry::LaneState& lane : node.lanes) lane.status = absl::UnavailableError("driver gone");
  EXPECT_EQ(ErrorOf(UtilizationTrigger(), {node}, kUnavailable),
            "no gpu_utilization: node-a: no GPU is known: driver gone");
}

TEST(NoValue, OfAnIndexThatNoGpuHasNamesThoseThatExist) {
  Trigger trigger = UtilizationTrigger();
  trigger.gpu_index = 9;
  EXPECT_EQ(ErrorOf(trigger,
                    {MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 4),
                                         MakeGpu(2, Metric::kGpuUtilization, 4)}),
                     MakeNode("node-b",
                              {MakeGpu(0, Metric::kGpuUtilization, 4, Seconds(99)), MakeGpu(1)})},
                    kPrecondition),
            "gpuIndex 9: no GPU in view has this index; there are: 0, 1, 2");
}

TEST(NoValue, OfAnIndexBeforeAnyGpuIsKnownIsAMatterOfWaiting) {
  Trigger trigger = UtilizationTrigger();
  trigger.gpu_index = 9;
  EXPECT_EQ(ErrorOf(trigger, {MakeSilentNode("node-a", absl::OkStatus())}, kUnavailable),
            "no gpu_utilization: node-a: no data has arrived yet");
}

TEST(NoValue, OfAMetricThatNoGpuHasNamesMetricAndGpus) {
  Trigger trigger = UtilizationTrigger();
  trigger.metric = Metric::kNvlinkTxMbps;
  telemetry::GpuSnapshot gpu = MakeGpu(0);
  gpu.readings.SetUnsupported(Metric::kNvlinkTxMbps);
  EXPECT_EQ(ErrorOf(trigger, {MakeNode("node-a", {gpu})}, kPrecondition),
            "nvlink_tx_mbps: no GPU in view has this metric: GPU 0 (NVIDIA H100 80GB HBM3) of"
            " node-a");
}

TEST(NoValue, OfASelectedGpuThatLacksTheMetric) {
  Trigger trigger = UtilizationTrigger();
  trigger.metric = Metric::kNvlinkTxMbps;
  trigger.gpu_index = 1;
  telemetry::GpuSnapshot gpu = MakeGpu(1);
  gpu.readings.SetUnsupported(Metric::kNvlinkTxMbps);
  const std::string message = ErrorOf(
      trigger, {MakeNode("node-a", {MakeGpu(0, Metric::kNvlinkTxMbps, 5), gpu})}, kPrecondition);
  EXPECT_THAT(message, testing::HasSubstr("GPU 1 ("));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("GPU 0 (")));
}

TEST(NoValue, OfStaleReadingsSaysSinceWhenAndWhy) {
  telemetry::Snapshot node =
      MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 40, Seconds(12.34)),
                          MakeGpu(1, Metric::kGpuUtilization, 50, Seconds(12.34))});
  node.lane(Lane::kFast).status = absl::UnavailableError("the driver is not loaded");
  EXPECT_EQ(ErrorOf(UtilizationTrigger(), {node}, kUnavailable),
            "no fresh gpu_utilization: GPU 0 (NVIDIA H100 80GB HBM3) of node-a: its newest"
            " gpu_utilization is 12.3s old: the driver is not loaded; GPU 1 (NVIDIA H100 80GB"
            " HBM3) of node-a: its newest gpu_utilization is 12.3s old: the driver is not loaded");
}

TEST(NoValue, OfALostGpuSaysWhatIsWrongWithIt) {
  telemetry::GpuSnapshot lost = MakeGpu(0);
  lost.status = absl::UnavailableError("fell off the bus");
  telemetry::GpuSnapshot without = MakeGpu(1);
  without.readings.SetUnsupported(Metric::kGpuUtilization);
  EXPECT_EQ(ErrorOf(UtilizationTrigger(), {MakeNode("node-a", {lost, without})}, kUnavailable),
            "no fresh gpu_utilization: GPU 0 (NVIDIA H100 80GB HBM3) of node-a: it could not be"
            " read 0.0s ago: fell off the bus");
}

TEST(NoValue, OfANewMetricSaysThatNoneHasArrived) {
  EXPECT_EQ(ErrorOf(UtilizationTrigger(), {MakeNode("node-a", {MakeGpu(0)})}, kUnavailable),
            "no fresh gpu_utilization: GPU 0 (NVIDIA H100 80GB HBM3) of node-a: no"
            " gpu_utilization has arrived yet");
}

TEST(NoValue, NamesThreeGpusAtMost) {
  std::vector<telemetry::GpuSnapshot> gpus;
  for (uint32_t i = 0; i < 8; ++i) {
    gpus.push_back(MakeGpu(i, Metric::kGpuUtilization, 40, Seconds(30)));
  }
  const std::string message =
      ErrorOf(UtilizationTrigger(), {MakeNode("node-a", std::move(gpus))}, kUnavailable);
  EXPECT_THAT(message, testing::HasSubstr("GPU 2 ("));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("GPU 3 (")));
  EXPECT_THAT(message, testing::EndsWith("; and 5 more"));
}

}  // namespace
}  // namespace gpuscaler::scaling
