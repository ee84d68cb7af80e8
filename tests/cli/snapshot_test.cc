// `snapshot`, through the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/temporary_file.h"
#include "e2e/child_process.h"
#include "fakes/cdi/cdi_directory.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using fakes::FakeNvml;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    nvml_.gpu(0).SetUtilization(37, 12);
    nvml_.gpu(1).SetUtilization(81, 44);
    nvml_.gpu(1).SetPower(412'500);
  }
  Finished Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "snapshot");
    return RunScaler(std::move(arguments), nvml_.ChildEnvironment());
  }

  FakeNvml nvml_{2};
};

TEST_F(SnapshotTest, ATableHasALinePerGpu) {
  const Finished run = Run({});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto lines = Lines(run.output);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], AllOf(StartsWith("GPU"), HasSubstr("gpu_utilization(%)")));
  EXPECT_THAT(lines[1],
              AllOf(StartsWith("0 "), HasSubstr(nvml_.gpu(0).uuid()), HasSubstr(" 37.0")));
  EXPECT_THAT(lines[2], AllOf(StartsWith("1 "), HasSubstr(" 81.0"), HasSubstr(" 412.5")));
}

TEST_F(SnapshotTest, WhereThereIsAKubeletThePodsAreShown) {
  fakes::FakeKubelet kubelet;
  kubelet.Hold("inference", "llm-0", {nvml_.gpu(1).uuid() + "::0"});
  kubelet.Hold("research", "train", {nvml_.gpu(1).uuid() + "::1"});
  const std::string socket = "--pod-resources-socket=" + kubelet.socket();
  const auto lines = Lines(Run({socket}).output);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], testing::EndsWith("  PODS"));
  EXPECT_THAT(lines[1], testing::EndsWith("  -"));
  EXPECT_THAT(lines[2], testing::EndsWith("  inference/llm-0, research/train"));
  EXPECT_THAT(Run({socket, "--format=json"}).output, HasSubstr("\"name\": \"llm-0\""));
  const TemporaryFile trace("trace.jsonl",
                            Run({socket, "--format=json", "--interval=10ms", "--count=2"}).output);
  const Finished replay =
      Run({"--source=simulated", "--scenario=" + trace.path(), "--pod-resources-socket="});
  EXPECT_EQ(replay.exit_code, 0) << replay.errors;
  EXPECT_THAT(replay.output, HasSubstr(nvml_.gpu(1).uuid()));
  kubelet.AnswerWith("nonsense");
  const Finished garbage = Run({socket});
  EXPECT_EQ(garbage.exit_code, 0);
  EXPECT_THAT(garbage.errors, HasSubstr(kubelet.socket()));
  EXPECT_THAT(garbage.output, HasSubstr(" 81.0"));
}

TEST_F(SnapshotTest, AClaimsGpuIsTheOneOfTheNodesCdiSpecs) {
  fakes::FakeKubelet kubelet;
  kubelet.Claim("inference", "llm-0", "gpu-0");
  fakes::CdiDirectory specs;
  specs.Write("nvidia.yaml",
              fakes::CdiSpecText("k8s.gpu.nvidia.com/device", "gpu-0", "/dev/nvidia1"));
  specs.Write("broken.yaml", "kind: [");
  const std::string socket = "--pod-resources-socket=" + kubelet.socket();
  const Finished run = Run({socket, "--cdi-spec-dirs=/nowhere," + specs.path()});
  EXPECT_THAT(Lines(run.output)[1], testing::EndsWith("  inference/llm-0")) << "/dev/nvidia1";
  EXPECT_THAT(run.errors, HasSubstr(specs.PathOf("broken.yaml") + ": line 1"));
  const auto by_name = Lines(Run({socket, "--cdi-spec-dirs="}).output);
  EXPECT_THAT(by_name[2], testing::EndsWith("  inference/llm-0")) << "/dev/nvidia0";
}

TEST_F(SnapshotTest, WhatAGpuDoesNotHaveIsADashAndALostOneSaysSo) {
  nvml_.gpu(0).Fail(fakes::NvmlFunction::kPowerUsage, fakes::Return::kNotSupported);
  nvml_.gpu(0).SetNvlink(fakes::Nvlink::kNone, 0);
  nvml_.gpu(1).Lose();
  const auto lines = Lines(Run({}).output);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(std::count(lines[1].begin(), lines[1].end(), '-'), 5 + 3) << lines[1];  // of the UUID
  EXPECT_THAT(lines[2], HasSubstr("GPU_IS_LOST"));
}

TEST_F(SnapshotTest, WhatCouldNotBeReadIsAQuestionMarkAndTheReasonIsToldBelow) {
  nvml_.gpu(0).Fail(fakes::NvmlFunction::kPowerUsage, fakes::Return::kUnknown);
  const Finished table = Run({});
  EXPECT_EQ(table.exit_code, 0);
  const auto lines = Lines(table.output);
  ASSERT_EQ(lines.size(), 4u) << table.output;
  EXPECT_THAT(lines[1], HasSubstr("  ?  "));
  EXPECT_THAT(lines[2], testing::Not(HasSubstr("?")));
  EXPECT_THAT(lines[3], AllOf(StartsWith("? GPU 0, full lane: "), HasSubstr("Power")));
  const Finished csv = Run({"--format=csv"});
  EXPECT_EQ(csv.exit_code, 0);
  EXPECT_EQ(Lines(csv.output).size(), 3u);
  EXPECT_THAT(csv.errors, HasSubstr("GPU 0, full lane: "));
}

TEST_F(SnapshotTest, ACallThatHangsHidesItsOwnLaneOnly) {
  nvml_.Hang(fakes::NvmlFunction::kPcieThroughput);
  const Finished slow = Run({});
  EXPECT_EQ(slow.exit_code, 1);
  EXPECT_THAT(slow.output, AllOf(HasSubstr(" 37.0"), HasSubstr(" 412.5"), HasSubstr("  ?")));
  EXPECT_THAT(slow.errors, HasSubstr("the driver has not answered for 5s (lane bandwidth)"));
  nvml_.Hang(fakes::NvmlFunction::kUtilizationRates);
  const Finished fast = Run({});
  EXPECT_EQ(fast.exit_code, 1);
  EXPECT_THAT(fast.output, AllOf(HasSubstr(" 412.5"), HasSubstr("? fast lane: ")));
  EXPECT_THAT(fast.errors, HasSubstr("(lane fast, bandwidth)"));
}

TEST_F(SnapshotTest, ADriverThatHangsAtOnceIsSaid) {
  nvml_.Hang(fakes::NvmlFunction::kInit);
  const Finished run = Run({});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.output, "");
  EXPECT_THAT(run.errors, HasSubstr("the driver has not answered for 5s"));
}

TEST_F(SnapshotTest, APrettySnapshotIsATraceToo) {
  const TemporaryFile trace("trace.jsonl", Run({"--format=json"}).output);
  const Finished replay =
      RunScaler({"snapshot", "--source=simulated", "--scenario=" + trace.path()});
  EXPECT_EQ(replay.exit_code, 0) << replay.errors;
  EXPECT_THAT(replay.output, HasSubstr(" 81.0"));
}

TEST_F(SnapshotTest, JsonAndCsvHoldTheReadings) {
  const Finished json = Run({"--format=json"});
  EXPECT_EQ(json.exit_code, 0) << json.errors;
  EXPECT_THAT(json.output,
              AllOf(StartsWith("{"), HasSubstr(nvml_.gpu(1).uuid()), HasSubstr("412.5")));
  const auto lines = Lines(Run({"--format=csv"}).output);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], StartsWith("time,node,index,uuid,name,gpu_utilization"));
  EXPECT_THAT(lines[2], AllOf(HasSubstr(nvml_.gpu(1).uuid()), HasSubstr(",81,44,")));
}

TEST_F(SnapshotTest, WithAnIntervalEachSnapshotIsALineOfJsonAndCsvHasOneHead) {
  const Finished json = Run({"--format=json", "--interval=20ms", "--count=3"});
  EXPECT_EQ(json.exit_code, 0) << json.errors;
  const auto lines = Lines(json.output);
  ASSERT_EQ(lines.size(), 3u);
  for (const std::string& line : lines) {
    EXPECT_THAT(line, AllOf(StartsWith("{"), testing::EndsWith("}")));
  }
  const auto csv = Lines(Run({"--format=csv", "--interval=20ms", "--count=3"}).output);
  EXPECT_EQ(csv.size(), 1u + 3 * 2);
}

TEST_F(SnapshotTest, WhatItPrintsIsATraceThatPlaysTheSameReadings) {
  for (const std::string format : {"jsonl", "csv"}) {
    const Finished recorded = Run({"--format=" + std::string(format == "csv" ? "csv" : "json"),
                                   "--interval=20ms", "--count=3"});
    ASSERT_EQ(recorded.exit_code, 0) << recorded.errors;
    const TemporaryFile trace("trace." + format, recorded.output);
    // No driver is needed to play it.
    const Finished played =
        RunScaler({"snapshot", "--format=csv", "--source=simulated", "--scenario=" + trace.path()});
    EXPECT_EQ(played.exit_code, 0) << played.errors;
    const auto lines = Lines(played.output);
    ASSERT_EQ(lines.size(), 3u) << played.output;
    EXPECT_THAT(lines[1], AllOf(HasSubstr(nvml_.gpu(0).uuid()), HasSubstr(",37,12,")));
    EXPECT_THAT(lines[2],
                AllOf(HasSubstr(nvml_.gpu(1).uuid()), HasSubstr(",81,44,"), HasSubstr(",412.5,")));
  }
}

TEST_F(SnapshotTest, WithoutADriverItSaysWhatToFixAndFails) {
  nvml_.RemoveDriver();
  const Finished gone = Run({});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_EQ(gone.output, "");
  EXPECT_EQ(Lines(gone.errors).size(), 1u) << gone.errors;
  const Finished absent = Run({"--nvml-library=libnvidia-ml-absent.so.1"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.errors, HasSubstr("runtimeClassName: nvidia"));
  EXPECT_EQ(Lines(absent.errors).size(), 1u) << absent.errors;
}

}  // namespace
}  // namespace gpuscaler::cli
