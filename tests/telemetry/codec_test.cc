#include "telemetry/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "telemetry/example.h"

namespace gpuscaler::telemetry {
namespace {

using catalog::Metric;
using testing::HasSubstr;

constexpr char kExampleJson[] =
    R"({"node":"node-1","gpus":[)"
    R"({"index":0,"uuid":"GPU-aa","name":"NVIDIA \"H100\", 80GB",)"
    R"("pci_bus_id":"00000000:01:00.0","readings":{"gpu_utilization":37,"memory_used_mib":0,)"
    R"("nvlink_rx_mbps":0.1,"power_draw":310.25},"error":""},)"
    R"({"index":1,"uuid":"GPU-bb","name":"NVIDIA H100","pci_bus_id":"00000000:02:00.0",)"
    R"("readings":{},"error":"GPU is lost"}],"error":"","taken_at":"2026-01-31T12:00:00.500Z"})";

TEST(ToProto, HoldsTheReadingsThatHaveAValueAndNoOthers) {
  const v1::NodeSnapshot message = ToProto(Example());
  EXPECT_EQ(message.node(), "node-1");
  EXPECT_EQ(message.taken_at().seconds(), 1769860800);
  EXPECT_EQ(message.taken_at().nanos(), 500'000'000);
  EXPECT_EQ(message.error(), "");
  ASSERT_EQ(message.gpus_size(), 2);
  EXPECT_EQ(message.gpus(0).readings_size(), 4);
  EXPECT_EQ(message.gpus(0).readings().at("gpu_utilization"), 37);
  EXPECT_EQ(message.gpus(0).readings().at("memory_used_mib"), 0);
  EXPECT_EQ(message.gpus(0).readings().count("temperature"), 0u);
  EXPECT_EQ(message.gpus(0).error(), "");
  EXPECT_EQ(message.gpus(1).readings_size(), 0);
  EXPECT_EQ(message.gpus(1).error(), "GPU is lost");
}

TEST(ToProto, SaysWhyReadsFailed) {
  Snapshot snapshot = Example();
  snapshot.lane(catalog::Lane::kFull).status = absl::UnavailableError("driver gone");
  snapshot.lane(catalog::Lane::kBandwidth).status = absl::UnavailableError("later lane");
  snapshot.gpus[0].reading_failures[1] = absl::InternalError("power: unknown error");
  const v1::NodeSnapshot message = ToProto(snapshot);
  EXPECT_EQ(message.error(), "driver gone");
  EXPECT_EQ(message.gpus(0).error(), "power: unknown error");
}

TEST(ToProto, LeavesOutAReadingThatOutlivesItsOwnFailedRead) {
  Snapshot snapshot = Example();
  snapshot.gpus[0].readings[Metric::kPowerDraw].outlived = true;
  snapshot.gpus[0].reading_failures[1] = absl::InternalError("power: unknown error");
  const auto back = FromProto(ToProto(snapshot), kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->gpus[0].readings[Metric::kPowerDraw].state, ReadingState::kFailed);
  EXPECT_EQ(back->gpus[0].readings.Value(Metric::kGpuUtilization), 37);
}

TEST(FromProto, GivesBackTheSnapshotWithAbsencesAsUnsupported) {
  const auto back = FromProto(ToProto(Example()), kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->node, "node-1");
  EXPECT_EQ(back->taken_at, kSampledAt);
  EXPECT_EQ(back->taken_at_wall, Example().taken_at_wall);
  for (const LaneState& lane : back->lanes) {
    EXPECT_TRUE(lane.status.ok());
    EXPECT_EQ(lane.sampled_at, kSampledAt);
  }
  ASSERT_EQ(back->gpus.size(), 2u);
  const GpuSnapshot& busy = back->gpus[0];
  EXPECT_TRUE(busy.status.ok());
  EXPECT_EQ(busy.identity->uuid, "GPU-aa");
  EXPECT_EQ(busy.identity->name, "NVIDIA \"H100\", 80GB");
  EXPECT_EQ(busy.identity->pci_bus_id, "00000000:01:00.0");
  EXPECT_EQ(*busy.readings.Value(Metric::kPowerDraw), 310.25);
  EXPECT_EQ(busy.readings[Metric::kPowerDraw].sampled_at, kSampledAt);
  EXPECT_EQ(*busy.readings.Value(Metric::kMemoryUsedMib), 0);
  EXPECT_EQ(busy.readings[Metric::kTemperature].state, ReadingState::kUnsupported);
  EXPECT_EQ(back->gpus[1].identity->index, 1u);
  EXPECT_EQ(back->gpus[1].status, absl::UnavailableError("GPU is lost"));
  EXPECT_EQ(back->gpus[1].readings[Metric::kTemperature].state, ReadingState::kNever);
}

TEST(FromProto, AnErrorBesideReadingsMakesTheAbsentOnesFailed) {
  v1::NodeSnapshot message = ToProto(Example());
  message.mutable_gpus(0)->set_error("power: unknown error");
  const auto back = FromProto(message, kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(back->gpus[0].status.ok());
  EXPECT_EQ(back->gpus[0].readings[Metric::kTemperature].state, ReadingState::kFailed);
  EXPECT_EQ(*back->gpus[0].readings.Value(Metric::kGpuUtilization), 37);
  EXPECT_EQ(FirstFailure(back->gpus[0]), absl::UnavailableError("power: unknown error"));
}

TEST(FromProto, ANodesErrorIsEveryLanes) {
  v1::NodeSnapshot message;
  message.set_error("no driver");
  const auto back = FromProto(message, kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  for (const LaneState& lane : back->lanes) {
    EXPECT_EQ(lane.status, absl::UnavailableError("no driver"));
    EXPECT_EQ(lane.sampled_at, base::SteadyTime());
  }
  EXPECT_EQ(NodeStatus(*back), absl::UnavailableError("no driver"));
}

TEST(FromProto, SortsByIndexAndSkipsMetricsItDoesNotKnow) {
  v1::NodeSnapshot message;
  message.add_gpus()->set_index(3);
  message.add_gpus()->set_index(1);
  message.mutable_gpus(0)->set_uuid("c");
  message.mutable_gpus(1)->set_uuid("a");
  (*message.mutable_gpus(1)->mutable_readings())["invented_in_2031"] = -1e300;
  (*message.mutable_gpus(1)->mutable_readings())["vllm_inflight"] = -5;
  const auto back = FromProto(message, kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->gpus.size(), 2u);
  EXPECT_EQ(back->gpus[0].identity->index, 1u);
  EXPECT_EQ(back->gpus[1].identity->index, 3u);
}

TEST(FromProto, RefusesReadingsThatNoHardwareHas) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const struct {
    const char* metric;
    double value;
  } rows[] = {{"gpu_utilization", 100.5}, {"gpu_utilization", -1},    {"power_draw", std::nan("")},
              {"power_draw", kInfinity},  {"power_draw", -kInfinity}, {"temperature", 1001},
              {"temperature", -101},      {"memory_used_mib", 2e12},  {"memory_used_mib", -0.5}};
  for (const auto& row : rows) {
    v1::NodeSnapshot message = ToProto(Example());
    (*message.mutable_gpus(0)->mutable_readings())[row.metric] = row.value;
    const auto back = FromProto(message, kSampledAt);
    EXPECT_EQ(back.status().code(), absl::StatusCode::kInvalidArgument)
        << row.metric << " " << row.value;
    EXPECT_THAT(back.status().message(), HasSubstr(row.metric));
  }
  v1::NodeSnapshot message = ToProto(Example());
  (*message.mutable_gpus(0)->mutable_readings())["gpu_utilization"] = 101;
  EXPECT_EQ(FromProto(message, kSampledAt).status().message(),
            "GPU 0: gpu_utilization cannot be 101; allowed is 0 to 100 %");
  (*message.mutable_gpus(0)->mutable_readings())["gpu_utilization"] = 100.0002;
  EXPECT_EQ(FromProto(message, kSampledAt).status().message(),
            "GPU 0: gpu_utilization cannot be 100.0002; allowed is 0 to 100 %");
}

TEST(ReadingOf, APercentageBeyondItsLimitByARoundingErrorIsTheLimit) {
  const catalog::MetricRow& percent = catalog::Row(catalog::Metric::kMemoryUsedPercent);
  EXPECT_EQ(ReadingOf(percent, 100.0000001).value(), 100);
  EXPECT_EQ(ReadingOf(percent, 100.00009).value(), 100);
  EXPECT_EQ(ReadingOf(percent, -1e-9).value(), 0);
  EXPECT_EQ(ReadingOf(percent, 99.9999999).value(), 99.9999999);
  EXPECT_FALSE(ReadingOf(percent, 100.00011).ok());
  EXPECT_FALSE(ReadingOf(percent, std::nan("")).ok());
  EXPECT_FALSE(ReadingOf(catalog::Row(catalog::Metric::kPowerDraw), 1e6 + 1e-6).ok());
}

TEST(FromProto, TakesReadingsAtTheEdgeOfWhatIsAllowed) {
  v1::NodeSnapshot message = ToProto(Example());
  auto& readings = *message.mutable_gpus(0)->mutable_readings();
  readings["gpu_utilization"] = 100;
  readings["temperature"] = -100;
  readings["memory_used_mib"] = 1e12;
  EXPECT_TRUE(FromProto(message, kSampledAt).ok());
}

TEST(FromProto, RefusesAGpuListedTwiceTooManyAndImpossibleTimes) {
  v1::NodeSnapshot twice = ToProto(Example());
  twice.mutable_gpus(1)->set_index(0);
  EXPECT_EQ(FromProto(twice, kSampledAt).status().message(), "GPU 0 is listed twice");

  v1::NodeSnapshot same_uuid = ToProto(Example());
  same_uuid.mutable_gpus(1)->set_uuid("GPU-aa");
  EXPECT_EQ(FromProto(same_uuid, kSampledAt).status().message(),
            "GPU 1: uuid \"GPU-aa\" is listed twice");

  v1::NodeSnapshot no_uuid = ToProto(Example());
  for (v1::Gpu& gpu : *no_uuid.mutable_gpus()) gpu.clear_uuid();
  EXPECT_TRUE(FromProto(no_uuid, kSampledAt).ok()) << "two that have none are two";

  v1::NodeSnapshot many;
  for (int i = 0; i <= kMaxGpus; ++i) many.add_gpus();
  EXPECT_EQ(FromProto(many, kSampledAt).status().message(), "1025 GPUs; allowed are at most 1024");

  v1::NodeSnapshot late;
  late.mutable_taken_at()->set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(FromProto(late, kSampledAt).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ToJson, IsOneLineWithTheSchemasNamesAndAlwaysTheSame) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ToJson(Example(), false), kExampleJson);
}

TEST(ToJson, PrettyIsTheSameObjectOnManyLines) {
  const std::string json = ToJson(Example(), true);
  EXPECT_THAT(json, HasSubstr("\n  {\n   \"index\": 0,\n   \"uuid\": \"GPU-aa\","));
  const auto back = ParseJsonLine(json, kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToJson(*back, false), kExampleJson);
}

TEST(ToJson, ReplacesBytesThatAreNotUtf8) {
  Snapshot snapshot = Example();
  snapshot.gpus[0] = Gpu(0, "GPU-aa", "bad \xFF name", "");
  const auto back = ParseJsonLine(ToJson(snapshot, false), kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->gpus[0].identity->name, "bad \uFFFD name");
}

TEST(ParseJsonLine, ReadsWhatToJsonWrites) {
  const auto back = ParseJsonLine(kExampleJson, kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToJson(*back, false), kExampleJson);
  EXPECT_EQ(back->gpus[0].readings[Metric::kTemperature].state, ReadingState::kUnsupported);
}

TEST(ParseJsonLine, SkipsFieldsOfLaterVersions) {
  const auto back = ParseJsonLine(
      R"({"node":"n","later":{"a":[1]},"gpus":[{"uuid":"u","mig":true,"readings":{"new":1}}]})",
      kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->gpus.size(), 1u);
}

TEST(ParseJsonLine, ANullIsNoReadingAndNoZero) {
  const auto back = ParseJsonLine(
      R"({"error":null,"pod_listing":null,"later":null,"gpus":[)"
      R"({"index":0,"uuid":"a","readings":{"temperature":40}},)"
      R"({"index":1,"uuid":"b","name":"null","readings":{"gpu_utilization":null,"power_draw":0}},)"
      R"({"index":2,"uuid":"c","readings":null}]})",
      kSampledAt);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->gpus.size(), 3u);
  EXPECT_EQ(back->gpus[0].readings.Value(Metric::kTemperature), 40);
  EXPECT_EQ(back->gpus[1].readings[Metric::kGpuUtilization].state, ReadingState::kUnsupported);
  EXPECT_EQ(back->gpus[1].readings.Value(Metric::kPowerDraw), 0);
  EXPECT_FALSE(back->gpus[2].readings.Value(Metric::kGpuUtilization).has_value());
}

TEST(ParseJsonLine, RefusesWhatIsNoSnapshotInOneLine) {
  for (const char* line :
       {"", "{", "[]", "null", "12", "{\"gpus\":1}", "{\"gpus\":[{\"index\":-1}]}",
        "{\"gpus\":[{\"readings\":{\"power_draw\":\"NaN\"}}]}",
        "{\"gpus\":[{\"readings\":{\"power_draw\":1e999}}]}", "{\"node\":\"\xFF\"}", "{}{}",
        "{\"gpus\":[null]}"}) {
    const auto back = ParseJsonLine(line, kSampledAt);
    EXPECT_EQ(back.status().code(), absl::StatusCode::kInvalidArgument) << line;
    EXPECT_EQ(std::string(back.status().message()).find('\n'), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace gpuscaler::telemetry
