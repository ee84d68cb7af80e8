#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "sources/simulated/trace.h"

namespace gpuscaler::sources {
namespace {

using catalog::Lane;
using catalog::Metric;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using telemetry::ReadingState;

constexpr base::SteadyTime kNow{seconds(5000)};

constexpr char kCsv[] =
    "time,node,index,uuid,name,gpu_utilization,power_draw\n"
    "2026-01-31T12:00:00Z,n,0,GPU-a,H100,10,100\n"
    "2026-01-31T12:00:00Z,n,1,GPU-b,H100,11,\n"
    "2026-01-31T12:00:02Z,n,0,GPU-a,H100,20,200\n"
    "2026-01-31T12:00:02Z,n,1,GPU-b,H100,,\n"
    "2026-01-31T12:00:05Z,n,0,GPU-a,H100,50,500\n";

constexpr char kJsonl[] =
    R"({"node":"n","taken_at":"2026-01-31T12:00:00Z","gpus":[{"index":0,"uuid":"GPU-a",)"
    R"("readings":{"gpu_utilization":10}}]})"
    "\n\n"
    R"({"node":"n","taken_at":"2026-01-31T12:00:02Z","error":"no driver","gpus":[{"index":0,)"
    R"("uuid":"GPU-a","readings":{"gpu_utilization":10}}]})"
    "\r\n"
    R"({"node":"n","taken_at":"2026-01-31T12:00:04Z","gpus":[{"index":0,"uuid":"GPU-a",)"
    R"("error":"GPU is lost"},{"index":1,"uuid":"GPU-b","error":"power: x",)"
    R"("readings":{"gpu_utilization":3}}]})";

std::optional<double> Utilization(const Trace& trace, base::Duration t, size_t gpu = 0) {
  const auto samples = trace.At(Lane::kFast, t, kNow);
  if (!samples.ok() || samples->size() <= gpu) return std::nullopt;
  return (*samples)[gpu].readings.Value(Metric::kGpuUtilization);
}

TEST(Trace, TheNewestEarlierRecordHoldsAndTheEndIsFollowedByTheBeginning) {
  const auto trace = ParseCsvTrace(kCsv);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(Utilization(*trace, seconds(0)), 10);
  EXPECT_EQ(Utilization(*trace, seconds(2) - nanoseconds(1)), 10);
  EXPECT_EQ(Utilization(*trace, seconds(2)), 20);
  EXPECT_EQ(Utilization(*trace, seconds(5) - nanoseconds(1)), 20);
  EXPECT_EQ(Utilization(*trace, seconds(5)), 50);
  // The last record holds as long as the one before it, 3 s: a round takes 8 s.
  EXPECT_EQ(Utilization(*trace, seconds(8) - nanoseconds(1)), 50);
  EXPECT_EQ(Utilization(*trace, seconds(8)), 10);
  EXPECT_EQ(Utilization(*trace, seconds(8000 + 5)), 50);
}

TEST(Trace, ReadingsAreDatedWhenTheyAreReadAndBelongToTheirLane) {
  const auto trace = ParseCsvTrace(kCsv);
  ASSERT_TRUE(trace.ok());
  const auto fast = trace->At(Lane::kFast, seconds(3), kNow);
  ASSERT_TRUE(fast.ok());
  ASSERT_EQ(fast->size(), 2u);
  EXPECT_EQ(fast->front().identity->uuid, "GPU-a");
  EXPECT_EQ(fast->front().readings[Metric::kGpuUtilization].sampled_at, kNow);
  EXPECT_EQ(fast->front().readings[Metric::kPowerDraw].state, ReadingState::kNever);
  EXPECT_EQ(fast->front().readings[Metric::kMemoryUsedMib].state, ReadingState::kUnsupported);
  const auto full = trace->At(Lane::kFull, seconds(3), kNow);
  EXPECT_EQ(*full->front().readings.Value(Metric::kPowerDraw), 200);
}

TEST(Trace, WhatWasAbsentStaysAbsent) {
  const auto trace = ParseCsvTrace(kCsv);
  ASSERT_TRUE(trace.ok());
  const auto power = trace->At(Lane::kFull, seconds(0), kNow);
  EXPECT_EQ((*power)[1].readings[Metric::kPowerDraw].state, ReadingState::kUnsupported);
  const auto without_readings = trace->At(Lane::kFast, seconds(2), kNow);
  EXPECT_FALSE((*without_readings)[1].status.ok());
  EXPECT_EQ(trace->At(Lane::kFast, seconds(6), kNow)->size(), 1u) << "GPU-b was no longer listed";
}

TEST(Trace, ErrorsAreReplayed) {
  const auto trace = ParseJsonlTrace(kJsonl);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(Utilization(*trace, seconds(1)), 10);
  EXPECT_EQ(trace->At(Lane::kFast, seconds(2), kNow).status(), absl::UnavailableError("no driver"));
  const auto samples = trace->At(Lane::kFast, seconds(4), kNow);
  ASSERT_TRUE(samples.ok());
  EXPECT_EQ((*samples)[0].status, absl::UnavailableError("GPU is lost"));
  EXPECT_TRUE((*samples)[1].status.ok());
  EXPECT_EQ((*samples)[1].reading_failure, absl::UnavailableError("power: x"));
  EXPECT_EQ(*(*samples)[1].readings.Value(Metric::kGpuUtilization), 3);
  EXPECT_EQ(Utilization(*trace, seconds(6)), 10);
}

TEST(Trace, OneRecordHoldsForEver) {
  const auto trace =
      ParseCsvTrace("time,node,index,uuid,name,gpu_utilization\n2026-01-31T12:00:00Z,n,0,u,x,9\n");
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(Utilization(*trace, seconds(0)), 9);
  EXPECT_EQ(Utilization(*trace, milliseconds(123456789)), 9);
}

TEST(Trace, OneSnapshotOnManyLinesIsATraceOfOne) {
  const auto trace = ParseJsonlTrace(
      "{\n \"node\": \"n\",\n \"gpus\": [\n  {\n   \"index\": 0,\n   \"uuid\": \"u\",\n"
      "   \"readings\": {\"gpu_utilization\": 9}\n  }\n ]\n}\n");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(Utilization(*trace, seconds(3)), 9);
  EXPECT_FALSE(ParseJsonlTrace("{\n \"node\": \"n\"\n").ok());
}

TEST(Trace, SaysWhichLineIsWrong) {
  const std::string head = "time,node,index,uuid,name,gpu_utilization\n";
  EXPECT_EQ(ParseCsvTrace(head).status().message(),
            "1: the trace holds no records; record one with `keda-gpu-scaler snapshot --format csv "
            "--interval 1s` (.csv) or `--format json` (.jsonl)");
  EXPECT_EQ(ParseJsonlTrace("\n").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      ParseCsvTrace(head + "2026-01-31T12:00:01Z,n,0,u,x,9\n" + "2026-01-31T12:00:00Z,n,0,u,x,9\n")
          .status()
          .message(),
      "3: the record is 1s older than the one before it; allowed are ascending times");
  EXPECT_EQ(
      ParseCsvTrace(head + "2026-01-31T12:00:01Z,n,0,u,x,9\n" + "2026-01-31T12:00:02Z,m,0,u,x,9\n")
          .status()
          .message(),
      "3: node \"m\" in a trace of \"n\"; allowed is one node a trace");
  EXPECT_EQ(ParseCsvTrace(head + "2026-01-31T12:00:01Z,n,0,u,x,900\n").status().message(),
            "2: gpu_utilization cannot be 900; allowed is 0 to 100 %");
  const auto cut = ParseJsonlTrace(std::string(kJsonl) + "\n{\"node\":");
  EXPECT_EQ(std::string(cut.status().message()).substr(0, 34),
            "5: not a snapshot in JSON (INVALID");
}

}  // namespace
}  // namespace gpuscaler::sources
