#include "scaling/gpu_part.h"

#include <memory>
#include <string>

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/evaluation.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Lane;
using catalog::Metric;
using testing::HasSubstr;

Trigger PowerTrigger() {
  Trigger trigger;
  trigger.metric = Metric::kPowerDraw;
  trigger.target = 300;
  return trigger;
}

constexpr base::Duration kStaleAfter = std::chrono::seconds(10);

Part PartOf(const Trigger& trigger, const telemetry::GpuSnapshot& gpu) {
  return Judge(trigger, MakeNode("node-a", {}), gpu, kNow, kStaleAfter).part;
}

TEST(GpuPart, CountsAFreshValue) {
  const telemetry::Snapshot node =
      MakeNode("node-a", {MakeGpu(3, Metric::kPowerDraw, 250, Seconds(1))});
  const GpuPart part = Judge(PowerTrigger(), node, node.gpus[0], kNow, kStaleAfter);
  EXPECT_EQ(part.part, Part::kCounted);
  EXPECT_EQ(part.value, 250);
  EXPECT_EQ(WhichGpu(part), "GPU 3 (NVIDIA H100 80GB HBM3) of node-a");
  EXPECT_EQ(WhyLeftOut(part, Metric::kPowerDraw, kNow), "");
}

TEST(GpuPart, IsFreshUntilExactlyStaleAfterAndStaleBeyond) {
  EXPECT_EQ(PartOf(PowerTrigger(), MakeGpu(0, Metric::kPowerDraw, 250, kStaleAfter)),
            Part::kCounted);
  EXPECT_EQ(PartOf(PowerTrigger(),
                   MakeGpu(0, Metric::kPowerDraw, 250, kStaleAfter + std::chrono::nanoseconds(1))),
            Part::kStale);
}

TEST(GpuPart, IsFreshWhenItsSampleIsYoungerThanTheQuestion) {
  EXPECT_EQ(PartOf(PowerTrigger(), MakeGpu(0, Metric::kPowerDraw, 250, Seconds(-1))),
            Part::kCounted);
}

TEST(GpuPart, LooksOnlyAtTheTriggersOwnMetric) {
  telemetry::GpuSnapshot gpu = MakeGpu(0, Metric::kPowerDraw, 250);
  gpu.readings.Set(Metric::kGpuUtilization, 99, kNow - Seconds(60));
  gpu.readings.SetUnsupported(Metric::kNvlinkTxMbps);
  EXPECT_EQ(PartOf(PowerTrigger(), gpu), Part::kCounted);
}

TEST(GpuPart, SaysWhyAStaleValueIsLeftOut) {
  telemetry::Snapshot node = MakeNode("node-a", {MakeGpu(0, Metric::kPowerDraw, 250, Seconds(12))});
  const auto why = [&] {
    const GpuPart part = Judge(PowerTrigger(), node, node.gpus[0], kNow, kStaleAfter);
    EXPECT_EQ(part.part, Part::kStale);
    EXPECT_EQ(part.value, 250);
    return WhyLeftOut(part, Metric::kPowerDraw, kNow);
  };
  EXPECT_EQ(why(), "its newest power_draw is 12.0s old");
  node.gpus[0].reading_failures[static_cast<size_t>(Lane::kFull)] =
      absl::InternalError("nvmlDeviceGetPowerUsage: unknown error");
  node.gpus[0].reading_failures[static_cast<size_t>(Lane::kFast)] =
      absl::InternalError("another lane's");
  EXPECT_EQ(why(), "its newest power_draw is 12.0s old: nvmlDeviceGetPowerUsage: unknown error");
  node.lane(Lane::kFull).status = absl::UnavailableError("the driver is not loaded");
  EXPECT_EQ(why(), "its newest power_draw is 12.0s old: the driver is not loaded");
}

TEST(GpuPart, TellsNeverReadFromUnsupported) {
  telemetry::GpuSnapshot gpu = MakeGpu(0);
  EXPECT_EQ(PartOf(PowerTrigger(), gpu), Part::kNeverRead);
  gpu.readings.SetFailed(Metric::kPowerDraw);
  EXPECT_EQ(PartOf(PowerTrigger(), gpu), Part::kNeverRead);
  gpu.readings.SetUnsupported(Metric::kPowerDraw);
  EXPECT_EQ(PartOf(PowerTrigger(), gpu), Part::kUnsupported);

  const telemetry::Snapshot node = MakeNode("node-a", {gpu, MakeGpu(1)});
  EXPECT_EQ(WhyLeftOut(Judge(PowerTrigger(), node, node.gpus[0], kNow, kStaleAfter),
                       Metric::kPowerDraw, kNow),
            "it does not have power_draw");
  EXPECT_EQ(WhyLeftOut(Judge(PowerTrigger(), node, node.gpus[1], kNow, kStaleAfter),
                       Metric::kPowerDraw, kNow),
            "no power_draw has arrived yet");
}

TEST(GpuPart, LeavesALostGpuOutAndSaysWhy) {
  telemetry::Snapshot node = MakeNode("node-a", {MakeGpu(0)});
  node.gpus[0].status = absl::UnavailableError("the GPU is lost; reset it");
  node.taken_at = kNow - Seconds(0.2);
  const GpuPart part = Judge(PowerTrigger(), node, node.gpus[0], kNow, kStaleAfter);
  EXPECT_EQ(part.part, Part::kUnreadable);
  EXPECT_EQ(WhyLeftOut(part, Metric::kPowerDraw, kNow),
            "it could not be read 0.2s ago: the GPU is lost; reset it");
}

TEST(GpuPart, LeavesOtherIndicesOutWhateverTheirState) {
  Trigger trigger = PowerTrigger();
  trigger.gpu_index = 1;
  EXPECT_EQ(PartOf(trigger, MakeGpu(1, Metric::kPowerDraw, 250)), Part::kCounted);
  EXPECT_EQ(PartOf(trigger, MakeGpu(0, Metric::kPowerDraw, 250)), Part::kOtherIndex);
  telemetry::GpuSnapshot lost = MakeGpu(0);
  lost.status = absl::UnavailableError("the GPU is lost");
  EXPECT_EQ(PartOf(trigger, lost), Part::kOtherIndex);
}

TEST(Evaluation, CountsOneIndexOfEachNode) {
  Trigger trigger = PowerTrigger();
  trigger.gpu_index = 1;
  const auto evaluation =
      Evaluate(trigger,
               MakeView({MakeNode("node-a", {MakeGpu(0, Metric::kPowerDraw, 600),
                                             MakeGpu(1, Metric::kPowerDraw, 200)}),
                         MakeNode("node-b", {MakeGpu(0, Metric::kPowerDraw, 650),
                                             MakeGpu(1, Metric::kPowerDraw, 300)})}),
               kNow, {});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->value, 300);
  EXPECT_EQ(evaluation->counted, 2U);
  ASSERT_EQ(evaluation->gpus.size(), 4U);
  EXPECT_EQ(evaluation->gpus[0].part, Part::kOtherIndex);
  EXPECT_EQ(evaluation->gpus[1].part, Part::kCounted);
}

TEST(Evaluation, LeavesOutEachGpuForItsOwnReason) {
  telemetry::GpuSnapshot lost = MakeGpu(1);
  lost.status = absl::UnavailableError("the GPU is lost");
  telemetry::GpuSnapshot without = MakeGpu(2);
  without.readings.SetUnsupported(Metric::kPowerDraw);
  Trigger trigger = PowerTrigger();
  trigger.aggregation = catalog::Aggregation::kAvg;
  const auto evaluation = Evaluate(
      trigger,
      MakeView({MakeNode("node-a", {MakeGpu(0, Metric::kPowerDraw, 200), lost, without, MakeGpu(3),
                                    MakeGpu(4, Metric::kPowerDraw, 900, Seconds(11)),
                                    MakeGpu(5, Metric::kPowerDraw, 300, Seconds(9))})}),
      kNow, {});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->value, 250);  // of 200 and 300
  EXPECT_EQ(evaluation->counted, 2U);
  const std::vector<Part> expected = {Part::kCounted,   Part::kUnreadable, Part::kUnsupported,
                                      Part::kNeverRead, Part::kStale,      Part::kCounted};
  ASSERT_EQ(evaluation->gpus.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(evaluation->gpus[i].part, expected[i]) << i;
}

TEST(Evaluation, KeepsTheViewThatItsGpusPointInto) {
  auto view = MakeView(Metric::kPowerDraw, {250});
  const std::weak_ptr<const telemetry::View> watch = view;
  auto evaluation = Evaluate(PowerTrigger(), std::move(view), kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(evaluation->gpus[0].gpu->identity->index, 0U);
  evaluation = absl::UnknownError("");
  EXPECT_TRUE(watch.expired());
}

TEST(Evaluation, NeverReportsLessThanZero) {
  Trigger trigger;
  trigger.metric = Metric::kTemperature;
  trigger.target = 80;
  const auto evaluation = Evaluate(trigger, MakeView(Metric::kTemperature, {-5}), kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->aggregate, -5);
  EXPECT_EQ(evaluation->value, 0);
  EXPECT_FALSE(evaluation->active);
}

TEST(Evaluation, StaysFiniteWhateverTheReadings) {
  Trigger trigger = PowerTrigger();
  trigger.aggregation = catalog::Aggregation::kSum;
  const auto evaluation =
      Evaluate(trigger, MakeView(Metric::kPowerDraw, {1.7e308, 1.7e308}), kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->value, 9e12);
}

TEST(Evaluation, ASumNeedsEveryReadableGpuAndDoesWithoutALostOne) {
  Trigger trigger = PowerTrigger();
  trigger.aggregation = catalog::Aggregation::kSum;
  const auto whole = MakeView(Metric::kPowerDraw, {100, 200, 300});
  EXPECT_EQ(Evaluate(trigger, whole, kNow, {})->value, 600);

  const auto with = [&whole](auto change) {
    telemetry::Snapshot snapshot = *whole->nodes()[0];
    change(snapshot.gpus[1]);
    return MakeView({std::move(snapshot)});
  };
  const auto lost = with([](telemetry::GpuSnapshot& gpu) {
    gpu.status = absl::UnavailableError("lost");
    gpu.readings = {};
  });
  EXPECT_EQ(Evaluate(trigger, lost, kNow, {})->value, 400);

  const auto stale = with([](telemetry::GpuSnapshot& gpu) {
    gpu.readings.Set(Metric::kPowerDraw, 200, kNow - std::chrono::seconds(11));
  });
  const absl::Status status = Evaluate(trigger, stale, kNow, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(status)), HasSubstr("lacks GPU 1"));
  EXPECT_THAT(std::string(base::Message(status)), HasSubstr("11.0s old"));
  trigger.aggregation = catalog::Aggregation::kMax;
  EXPECT_EQ(Evaluate(trigger, stale, kNow, {})->value, 300);
}

TEST(Evaluation, AZeroThatWasReadIsAValue) {
  const auto evaluation = Evaluate(PowerTrigger(), MakeView(Metric::kPowerDraw, {0, 0}), kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->value, 0);
  EXPECT_EQ(evaluation->counted, 2U);
}

}  // namespace
}  // namespace gpuscaler::scaling
