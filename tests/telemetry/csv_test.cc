#include "telemetry/csv.h"

#include <gtest/gtest.h>

#include <string>

#include "telemetry/example.h"

namespace gpuscaler::telemetry {
namespace {

using catalog::Metric;

constexpr char kHeader[] =
    "time,node,index,uuid,name,gpu_utilization,memory_utilization,memory_used_mib,"
    "memory_total_mib,memory_used_percent,temperature,power_draw,pcie_tx_kbps,pcie_rx_kbps,"
    "nvlink_tx_mbps,nvlink_rx_mbps\n";
constexpr char kExampleRows[] =
    "2026-01-31T12:00:00.5Z,node-1,0,GPU-aa,\"NVIDIA \"\"H100\"\", 80GB\",37,,0,,,,310.25,,,,0.1\n"
    "2026-01-31T12:00:00.5Z,node-1,1,GPU-bb,NVIDIA H100,,,,,,,,,,,\n";

TEST(Csv, HasAColumnForEachMetric) {
  EXPECT_EQ(CsvHeader(), kHeader);
}

TEST(Csv, HasARowForEachGpuAndNothingForWhatIsAbsent) {
  EXPECT_EQ(CsvRows(Example()), kExampleRows);
}

TEST(Csv, LeavesOutReadingsThatOutliveAFailedRead) {
  Snapshot snapshot = Example();
  snapshot.lane(catalog::Lane::kFast).status = absl::UnavailableError("driver gone");
  EXPECT_EQ(CsvRows(snapshot),
            "2026-01-31T12:00:00.5Z,node-1,0,GPU-aa,\"NVIDIA \"\"H100\"\", 80GB\",,,,,,,,,,,\n"
            "2026-01-31T12:00:00.5Z,node-1,1,GPU-bb,NVIDIA H100,,,,,,,,,,,\n");
}

TEST(Csv, LeavesOutAReadingThatOutlivesItsOwnFailedRead) {
  Snapshot snapshot = Example();
  snapshot.gpus[0].readings[Metric::kPowerDraw].outlived = true;
  EXPECT_EQ(CsvRows(snapshot).find("310.25"), std::string::npos);
  EXPECT_NE(CsvRows(snapshot).find(",37,"), std::string::npos);
}

TEST(ParseCsv, ReadsWhatCsvRowsWrites) {
  Snapshot later = Example();
  later.taken_at_wall += std::chrono::seconds(2);
  const std::string text = std::string(kHeader) + CsvRows(Example()) + CsvRows(later);
  const auto snapshots = ParseCsv(text, kSampledAt);
  ASSERT_TRUE(snapshots.ok()) << snapshots.status();
  ASSERT_EQ(snapshots->size(), 2u);
  EXPECT_EQ((*snapshots)[0].line, 2u);
  EXPECT_EQ((*snapshots)[1].line, 4u);
  const Snapshot& first = (*snapshots)[0].snapshot;
  EXPECT_EQ(first.node, "node-1");
  EXPECT_EQ(first.taken_at_wall, Example().taken_at_wall);
  ASSERT_EQ(first.gpus.size(), 2u);
  EXPECT_EQ(first.gpus[0].identity->name, "NVIDIA \"H100\", 80GB");
  EXPECT_EQ(*first.gpus[0].readings.Value(Metric::kNvlinkRxMbps), 0.1);
  EXPECT_EQ(*first.gpus[0].readings.Value(Metric::kMemoryUsedMib), 0);
  EXPECT_EQ(first.gpus[0].readings[Metric::kTemperature].state, ReadingState::kUnsupported);
  EXPECT_EQ(first.gpus[1].status, absl::UnavailableError("no readings were recorded"));
  EXPECT_EQ((*snapshots)[1].snapshot.taken_at_wall, later.taken_at_wall);
}

TEST(ParseCsv, TakesColumnsInAnyOrderAndSkipsUnknownOnes) {
  const auto snapshots = ParseCsv(
      "time,node,index,uuid,name,later,power_draw,gpu_utilization\r\n"
      "2026-01-31T13:00:00+01:00,n,2,u,x,what,100,5\r\n",
      kSampledAt);
  ASSERT_TRUE(snapshots.ok()) << snapshots.status();
  ASSERT_EQ(snapshots->size(), 1u);
  const Snapshot& snapshot = snapshots->front().snapshot;
  EXPECT_EQ(snapshot.taken_at_wall, base::WallTime(std::chrono::seconds(1769860800)));
  EXPECT_EQ(snapshot.gpus[0].identity->index, 2u);
  EXPECT_EQ(*snapshot.gpus[0].readings.Value(Metric::kPowerDraw), 100);
  EXPECT_EQ(*snapshot.gpus[0].readings.Value(Metric::kGpuUtilization), 5);
}

TEST(ParseCsv, NamesTheLineAndWhatIsAllowed) {
  const std::string head = "time,node,index,uuid,name,power_draw\n";
  const std::string good = "2026-01-31T12:00:00Z,n,0,u,x,1\n";
  const struct {
    std::string text;
    std::string message;
  } rows[] = {
      {"",
       "1: column 1 is \"\"; it must be \"time\": a trace begins with the header "
       "time,node,index,uuid,name,<metrics>"},
      {"time,node,gpu,uuid,name\n",
       "1: column 3 is \"gpu\"; it must be \"index\": a trace begins with the header "
       "time,node,index,uuid,name,<metrics>"},
      {"time,node,index,uuid,name,power_draw,power_draw\n",
       "1: column \"power_draw\" is there twice"},
      {head + good + "x,y\n", "3: 2 fields; the header has 6"},
      {head + "yesterday,n,0,u,x,1\n",
       "2: time \"yesterday\"; allowed is a time like 2026-01-31T12:00:00.5Z"},
      {head + good + "\n2026-01-31T12:00:00Z,n,-1,v,x,1\n",
       "4: index \"-1\"; allowed is a whole number from 0"},
      {head + "2026-01-31T12:00:00Z,n,0,u,x,1W\n",
       "2: power_draw \"1W\"; allowed is a number, or nothing"},
      {head + "2026-01-31T12:00:00Z,n,0,u,x,nan\n",
       "2: power_draw cannot be nan; allowed is 0 to 1e+06 W"},
      {head + good + good, "2: GPU 0 is listed twice"},
      {head + "infinite-future,n,0,u,x,1\n",
       "2: time \"infinite-future\"; allowed is a time like 2026-01-31T12:00:00.5Z"},
      {head + "1823-01-31T12:00:00Z,n,0,u,x,1\n",
       "2: taken_at is -4636267200 s 0 ns; allowed is 1970 to 2200"},
  };
  for (const auto& row : rows) {
    const auto snapshots = ParseCsv(row.text, kSampledAt);
    EXPECT_EQ(snapshots.status().code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_EQ(std::string(snapshots.status().message()), row.message) << row.text;
  }
}

}  // namespace
}  // namespace gpuscaler::telemetry
