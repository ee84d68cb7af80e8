// What a node knows, over the wire and back.
#include <gtest/gtest.h>

#include "fleet/nodes.h"
#include "fleet/report_method.h"
#include "fleet/report_reader.h"
#include "fleet/report_writer.h"

namespace gpuscaler::fleet {
namespace {

using catalog::Lane;
using catalog::Metric;
using telemetry::ReadingState;
using telemetry::Snapshot;

// The gateway's clock has nothing to do with the node's.
constexpr base::SteadyTime kThere{std::chrono::hours(70)};

class Wire {
 public:
  explicit Wire(std::shared_ptr<const Snapshot> previous = nullptr)
      : previous_(std::move(previous)) {}

  Snapshot Send(Snapshot node, base::SteadyTime now = kNow, base::SteadyTime there = kThere) {
    bytes_ = writer_.Next(Shared(std::move(node)), now).SerializeAsString();
    telemetry::v1::NodeReport report;
    EXPECT_TRUE(report.ParseFromString(bytes_));
    if (!reader_) {
      EXPECT_TRUE(CheckHello(report.hello()).ok());
      reader_.emplace(report.hello(), previous_);
    }
    auto read = reader_->Read(report, there);
    EXPECT_TRUE(read.ok()) << read.status();
    return read.ok() ? *std::move(read) : Snapshot();
  }
  size_t bytes() const { return bytes_.size(); }

 private:
  std::shared_ptr<const Snapshot> previous_;
  ReportWriter writer_{"1.0"};
  std::optional<ReportReader> reader_;
  std::string bytes_;
};

TEST(Report, CarriesEveryReadingItsAgeAndEveryKindOfAbsence) {
  Snapshot node = MakeNode("a", {37, 80});
  node.gpus[0].readings.SetUnsupported(Metric::kTemperature);
  node.gpus[0].readings.SetFailed(Metric::kPowerDraw);
  node.gpus[0].readings.Set(Metric::kPcieTxKbps, 1234.5, kNow - Seconds(7));
  node.gpus[0].reading_failures[static_cast<size_t>(Lane::kFull)] =
      absl::UnavailableError("power cannot be read");
  node.gpus[1].status = absl::UnavailableError("GPU is lost");
  node.gpus[1].readings = {};
  node.lane(Lane::kBandwidth) = {kNow - Seconds(9), absl::UnavailableError("the driver is gone")};
  const Snapshot back = Wire().Send(node, kNow + Seconds(1));

  EXPECT_EQ(back.node, "a");
  ASSERT_EQ(back.gpus.size(), 2u);
  const telemetry::GpuSnapshot& gpu = back.gpus[0];
  EXPECT_EQ(gpu.identity->uuid, "a-0");
  EXPECT_EQ(gpu.identity->name, "NVIDIA H100");
  EXPECT_EQ(gpu.readings.Value(Metric::kGpuUtilization), 37);
  EXPECT_EQ(gpu.readings[Metric::kGpuUtilization].sampled_at, kThere - Seconds(1));
  EXPECT_EQ(gpu.readings.Value(Metric::kPcieTxKbps), 1234.5);
  EXPECT_EQ(gpu.readings[Metric::kPcieTxKbps].sampled_at, kThere - Seconds(8));
  EXPECT_EQ(gpu.readings[Metric::kTemperature].state, ReadingState::kUnsupported);
  EXPECT_EQ(gpu.readings[Metric::kPowerDraw].state, ReadingState::kFailed);
  EXPECT_EQ(gpu.readings[Metric::kMemoryUsedMib].state, ReadingState::kNever);
  EXPECT_EQ(gpu.reading_failures[static_cast<size_t>(Lane::kFull)].message(),
            "power cannot be read");
  EXPECT_TRUE(gpu.reading_failures[static_cast<size_t>(Lane::kFast)].ok());
  EXPECT_EQ(back.gpus[1].status.message(), "GPU is lost");
  EXPECT_EQ(back.lane(Lane::kFast).sampled_at, kThere - Seconds(1));
  EXPECT_TRUE(back.lane(Lane::kFast).status.ok());
  EXPECT_EQ(back.lane(Lane::kBandwidth).sampled_at, kThere - Seconds(10));
  EXPECT_EQ(back.lane(Lane::kBandwidth).status.message(), "the driver is gone");
}

TEST(Report, CarriesWhoHoldsTheGpusAndSinceWhen) {
  Wire wire;
  Snapshot node = MakeNode("a", {37});
  Hold(node, "llm-0", kNow - Seconds(30), true, kNow - Seconds(0.5));
  const Snapshot back = wire.Send(node);
  ASSERT_NE(back.ownership, nullptr);
  EXPECT_EQ(back.ownership->listed_at, kThere - Seconds(0.5));
  ASSERT_EQ(back.ownership->pods.size(), 1u);
  EXPECT_EQ(back.ownership->pods[0].name, "llm-0");
  EXPECT_EQ(back.ownership->pods[0].appeared_at, kThere - Seconds(30));
  EXPECT_EQ(back.pods_worked, std::vector<bool>{true});
}

TEST(Report, LaterOnesCarryOnlyWhatChanged) {
  Wire wire;
  Snapshot node = MakeNode("a", std::vector<double>(8, 50));
  Hold(node, "llm-0", kNow - Seconds(30), true);
  wire.Send(node);
  const size_t first = wire.bytes();
  const Snapshot second = wire.Send(node, kNow + Seconds(1), kThere + Seconds(1));
  EXPECT_LT(wire.bytes(), first / 2);
  ASSERT_NE(second.ownership, nullptr);
  EXPECT_EQ(second.ownership->listed_at, kThere) << "a second older";
  ASSERT_EQ(second.ownership->pods.size(), 1u);
  EXPECT_EQ(second.ownership->pods[0].appeared_at, kThere - Seconds(30));

  // Another pod, and one GPU less.
  Snapshot changed = MakeNode("a", {50});
  Hold(changed, "llm-1", kNow, false, kNow + Seconds(2));
  const Snapshot third = wire.Send(changed, kNow + Seconds(2), kThere + Seconds(2));
  EXPECT_EQ(third.gpus.size(), 1u);
  ASSERT_EQ(third.ownership->pods.size(), 1u);
  EXPECT_EQ(third.ownership->pods[0].name, "llm-1");
  EXPECT_EQ(third.pods_worked, std::vector<bool>{false});
}

TEST(Report, ANodeThatStartsAnewDoesNotMakeItsPodsForgotten) {
  Snapshot before = MakeNode("a", {37}, kThere - Seconds(5));
  Hold(before, "llm-0", kThere - Seconds(100), true, kThere - Seconds(5));
  Wire wire(Shared(before));
  // Its kubelet has not answered yet.
  Snapshot node = MakeNode("a", {0});
  auto asked = std::make_shared<telemetry::Ownership>();
  asked->status = absl::UnavailableError("the kubelet has not answered yet");
  node.ownership = asked;
  const Snapshot first = wire.Send(node);
  ASSERT_EQ(first.ownership->pods.size(), 1u);
  EXPECT_EQ(first.ownership->listed_at, kThere - Seconds(5)) << "and it ages";
  // It has: the node does not know how old its pods are, the gateway does.
  Hold(node, "llm-0", std::nullopt, false);
  const Snapshot second = wire.Send(node);
  EXPECT_EQ(second.ownership->listed_at, kThere);
  EXPECT_EQ(second.ownership->pods[0].appeared_at, kThere - Seconds(100));
  EXPECT_EQ(second.pods_worked, std::vector<bool>{true});
  // With each later listing too: another pod has come, which the node saw.
  HoldGpu(node, "llm-1", "a-1", kNow + Seconds(1), false, kNow + Seconds(1));
  const Snapshot third = wire.Send(node, kNow + Seconds(1), kThere + Seconds(1));
  ASSERT_EQ(third.ownership->pods.size(), 2u);
  EXPECT_EQ(third.ownership->pods[0].appeared_at, kThere - Seconds(100));
  EXPECT_EQ(third.ownership->pods[1].appeared_at, kThere + Seconds(1));
  EXPECT_EQ(third.pods_worked, (std::vector<bool>{true, false}));
  // One that the node lists no more is gone.
  node.ownership = std::make_shared<telemetry::Ownership>(
      telemetry::Ownership{kNow + Seconds(2), absl::OkStatus(), {}});
  node.pods_worked = {};
  EXPECT_TRUE(wire.Send(node, kNow + Seconds(2)).ownership->pods.empty());
}

TEST(Report, ANodeThatAsksNoKubeletAnyMoreHasNoHolders) {
  Snapshot before = MakeNode("a", {37}, kThere);
  Hold(before, "llm-0", kThere, true, kThere);
  Wire wire(Shared(before));
  const Snapshot node = MakeNode("a", {0});
  EXPECT_NE(wire.Send(node).ownership, nullptr);
  EXPECT_NE(wire.Send(node, kNow + Seconds(60), kThere + Seconds(60)).ownership, nullptr);
  EXPECT_EQ(wire.Send(node, kNow + Seconds(61), kThere + Seconds(61)).ownership, nullptr);
}

TEST(Report, WhatWasHeldUpOnTheWayIsAsOldAsItIs) {
  Wire wire;
  const Snapshot node = MakeNode("a", {37}, kNow);
  EXPECT_EQ(wire.Send(node, kNow, kThere).lane(Lane::kFast).sampled_at, kThere);
  // Sent a second later, it came five seconds late.
  const Snapshot late = wire.Send(node, kNow + Seconds(1), kThere + Seconds(6));
  EXPECT_NEAR(base::ToSeconds(late.lane(Lane::kFast).sampled_at - kThere), 0, 0.01);
  EXPECT_NEAR(base::ToSeconds(late.gpus[0].readings[Metric::kGpuUtilization].sampled_at - kThere),
              0, 0.01);
  // In time again.
  const Snapshot soon =
      wire.Send(MakeNode("a", {37}, kNow + Seconds(7)), kNow + Seconds(7), kThere + Seconds(7));
  EXPECT_NEAR(base::ToSeconds(soon.lane(Lane::kFast).sampled_at - kThere), 7, 0.01);
}

TEST(Report, AClockThatStoodStillIsForgivenSoon) {
  Wire wire;
  const auto late = [&wire](double there, double here) {
    const base::SteadyTime now = kNow + Seconds(there);
    const Snapshot read = wire.Send(MakeNode("a", {37}, now), now, kThere + Seconds(here));
    return base::ToSeconds(kThere + Seconds(here) - read.lane(Lane::kFast).sampled_at);
  };
  EXPECT_NEAR(late(0, 0), 0, 0.01);
  // The node was paused for seven seconds.
  EXPECT_NEAR(late(1, 8), 7, 0.01) << "or the report was held up: who knows";
  for (double second = 2; second < 30; ++second) late(second, second + 7);
  EXPECT_NEAR(late(30, 37), 0, 0.01);
}

TEST(Report, NamesOfServiceAndMethodAreTheSchemas) {
  const auto* service = telemetry::v1::NodeReport::descriptor()->file()->service(0);
  EXPECT_EQ(service->full_name(), kFleetService);
  EXPECT_EQ(service->method(0)->name(), kReportMethod);
}

}  // namespace
}  // namespace gpuscaler::fleet
