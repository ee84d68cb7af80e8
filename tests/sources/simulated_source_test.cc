#include "sources/simulated/simulated_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <string>

#include "base/gate.h"
#include "fakes/temporary_folder.h"
#include "sources/sampler.h"
#include "sources/simulated/load_simulated.h"
#include "sources/simulated/scenario_parser.h"

namespace gpuscaler::sources {
namespace {

using catalog::Lane;
using catalog::Metric;
using fakes::TemporaryFolder;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::StartsWith;
using tests::Await;
using tests::kPatience;

std::unique_ptr<SimulatedSource> FromYaml(const std::string& yaml, base::SteadyTime start) {
  auto scenario = ParseScenario(yaml);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return std::make_unique<SimulatedSource>(*std::move(scenario), start);
}

TEST(SimulatedSource, ItsTimeBeginsAtTheStart) {
  constexpr char kYaml[] =
      "gpus: [{gpu_utilization: {steps: [{at: 0s, value: 10}, {at: 1h, value: 90}]}}]";
  const auto before = base::Now();
  const auto fresh = FromYaml(kYaml, before)->Read(Lane::kFast);
  const auto old = FromYaml(kYaml, before - hours(1))->Read(Lane::kFast);
  ASSERT_TRUE(fresh.ok() && old.ok());
  EXPECT_EQ(*fresh->front().readings.Value(Metric::kGpuUtilization), 10);
  EXPECT_EQ(*old->front().readings.Value(Metric::kGpuUtilization), 90);
  EXPECT_GE(fresh->front().readings[Metric::kGpuUtilization].sampled_at, before);
  EXPECT_LE(fresh->front().readings[Metric::kGpuUtilization].sampled_at, base::Now());
}

TEST(SimulatedSource, ASlowReadTakesItsTimeAndOtherLanesDoNot) {
  const auto source = FromYaml(
      "{gpus: [{gpu_utilization: 1}], faults: [{at: 0s, kind: slow, lane: fast, delay: 30ms}, "
      "{at: 0s, kind: hang, lane: full}]}",
      base::Now());
  const auto before = base::Now();
  EXPECT_TRUE(source->Read(Lane::kBandwidth).ok());
  EXPECT_TRUE(source->Read(Lane::kFast).ok());
  EXPECT_GE(base::Now() - before, milliseconds(30));
  EXPECT_LT(base::Now() - before, kPatience);
}

TEST(SimulatedSource, AHangEndsWithItsFault) {
  const auto start = base::Now();
  const auto source =
      FromYaml("{gpus: [{gpu_utilization: 1}], faults: [{at: 0s, for: 50ms, kind: hang}]}", start);
  EXPECT_TRUE(source->Read(Lane::kFast).ok());
  EXPECT_GE(base::Now() - start, milliseconds(50));
}

TEST(SimulatedSource, InterruptEndsAHangNowAndLater) {
  const auto source = FromYaml("{gpus: [{}], faults: [{at: 0s, kind: hang}]}", base::Now());
  auto read = std::async(std::launch::async, [&] { return source->Read(Lane::kFast).status(); });
  EXPECT_EQ(read.wait_for(milliseconds(20)), std::future_status::timeout);
  source->Interrupt();
  EXPECT_EQ(read.get().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(source->Read(Lane::kFast).status().code(), absl::StatusCode::kCancelled);
}

TEST(SimulatedSource, DestructionEndsAHangAndWaitsForItsReader) {
  auto source = FromYaml("{gpus: [{}], faults: [{at: 0s, kind: hang}]}", base::Now());
  SimulatedSource& borrowed = *source;
  auto read = std::async(std::launch::async, [&] { return borrowed.Read(Lane::kFast).status(); });
  ASSERT_EQ(read.wait_for(milliseconds(50)), std::future_status::timeout);
  source.reset();
  EXPECT_EQ(read.get().code(), absl::StatusCode::kCancelled);
}

TEST(SimulatedSource, AHangInOneLaneLeavesTheSamplersOtherLanesRunning) {
  const auto source = FromYaml(
      "{gpus: [{gpu_utilization: 42}], faults: [{at: 0s, kind: hang, lane: full}]}", base::Now());
  telemetry::Store store;
  Sampler sampler({.node = "n", .periods = {milliseconds(1), milliseconds(1), milliseconds(1)}},
                  *source, store);
  EXPECT_TRUE(Await([&] { return sampler.Stats(Lane::kFast).collections >= 10; }));
  EXPECT_TRUE(Await([&] { return sampler.Stats(Lane::kFull).busy_since.has_value(); }));
  EXPECT_EQ(sampler.Stats(Lane::kFull).collections, 0u);
  EXPECT_EQ(*store.Load()->nodes()[0]->gpus[0].readings.Value(Metric::kGpuUtilization), 42);
  EXPECT_FALSE(sampler.StopWithin(milliseconds(10)));
  source->Interrupt();
  EXPECT_TRUE(sampler.StopWithin(kPatience));
}

TEST(LoadSimulated, ReadsAFileByItsExtension) {
  const TemporaryFolder folder;
  const std::string csv =
      "time,node,index,uuid,name,gpu_utilization\n2026-01-31T12:00:00Z,n,0,u,x,9\n";
  const std::string jsonl =
      R"({"taken_at":"2026-01-31T12:00:00Z","gpus":[{"readings":{"gpu_utilization":9}}]})";
  for (const std::string& path : {folder.Write("a.yaml", "gpus: [{gpu_utilization: 9}]"),
                                  folder.Write("a.yml", "gpus: [{gpu_utilization: 9}]"),
                                  folder.Write("a.csv", csv), folder.Write("a.jsonl", jsonl)}) {
    const auto source = LoadSimulated(path, base::Now());
    ASSERT_TRUE(source.ok()) << source.status();
    EXPECT_EQ((*source)->name(), "simulated");
    const auto samples = (*source)->Read(Lane::kFast);
    ASSERT_TRUE(samples.ok());
    EXPECT_EQ(*samples->front().readings.Value(Metric::kGpuUtilization), 9) << path;
  }
}

TEST(LoadSimulated, WithoutAPathPlaysTheDefault) {
  const auto source = LoadSimulated("", base::Now());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ((*source)->Read(Lane::kFast)->size(), 8u);
}

TEST(LoadSimulated, ReadsTheExamplesThatComeWithTheProduct) {
  int examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EXAMPLE_SCENARIOS)) {
    const auto source = LoadSimulated(entry.path(), base::Now());
    EXPECT_TRUE(source.ok()) << source.status();
    ++examples;
  }
  EXPECT_GE(examples, 2);
}

TEST(LoadSimulated, SaysInOneLineWhatIsWrongWithAFile) {
  const TemporaryFolder folder;
  const auto error = [](const std::string& path) {
    const auto source = LoadSimulated(path, base::Now());
    EXPECT_EQ(source.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(source.status().message());
  };
  const std::string bad = folder.Write("bad.yaml", "gpus:\n  - gpu_utilization: 200\n");
  EXPECT_EQ(error(bad), bad + ":2: gpu_utilization cannot be 200; allowed is 0 to 100 %");
  const std::string trace = folder.Write("bad.csv", "time,node\n");
  EXPECT_THAT(error(trace), StartsWith(trace + ":1: column 3 is \"\""));
  const std::string lines = folder.Write("bad.jsonl", "\n[]\n");
  EXPECT_THAT(error(lines), StartsWith(lines + ":2: not a snapshot in JSON ("));
  const std::string text = folder.Write("bad.txt", "");
  EXPECT_EQ(error(text), text +
                             ": \".txt\" is no format of a simulation; allowed is .yaml or .yml (a "
                             "scenario), .csv or .jsonl (a recorded trace)");
  EXPECT_EQ(error(folder.path() + "/none.yaml"),
            folder.path() + "/none.yaml: cannot be read: No such file or directory");
  std::filesystem::create_directory(folder.path() + "/folder.yaml");
  EXPECT_EQ(error(folder.path() + "/folder.yaml"),
            folder.path() + "/folder.yaml: cannot be read: it is not a regular file");
  // Nobody writes to it: waiting for that would be for ever.
  ASSERT_EQ(mkfifo((folder.path() + "/fifo.yaml").c_str(), 0600), 0);
  EXPECT_EQ(error(folder.path() + "/fifo.yaml"),
            folder.path() + "/fifo.yaml: cannot be read: it is not a regular file");
  const std::string large = folder.Write("large.yaml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_THAT(error(large), EndsWith("large.yaml: more than 1 MiB; allowed is less"));
}

}  // namespace
}  // namespace gpuscaler::sources
