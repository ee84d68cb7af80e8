#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sources/simulated/scenario_parser.h"

namespace gpuscaler::sources {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ErrorOf(const std::string& yaml) {
  const auto scenario = ParseScenario(yaml);
  EXPECT_EQ(scenario.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  const std::string message(scenario.status().message());
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

TEST(ScenarioErrors, NameTheLineWhatWasWrongAndWhatIsAllowed) {
  const struct {
    const char* yaml;
    const char* message;
  } rows[] = {
      {"", "1: a scenario is nothing; allowed is a mapping, KEY: VALUE"},
      {"loop: 5s\n", "1: a scenario lacks gpus; it needs gpus"},
      {"gpus: []\nfualts: []\n",
       "2: \"fualts\" is not a key of a scenario; did you mean faults? allowed is gpus, faults, "
       "loop"},
      {"gpus: 8\n", "1: gpus is \"8\"; allowed is a list"},
      {"gpus:\n  - 8\n", "2: a GPU is \"8\"; allowed is a mapping, KEY: VALUE"},
      {"gpus: []\nloop: 0s\n",
       "2: loop is \"0s\"; allowed is a time like 500ms, 30s or 1m30s, from 1ms to 8760h"},
      {"gpus:\n  - name: a\n    gpu_utilization: 140\n",
       "3: gpu_utilization cannot be 140; allowed is 0 to 100 %"},
      {"gpus:\n  - gpu_utilization: much\n",
       "2: gpu_utilization is \"much\"; allowed is a number, ~ (not supported), {wave: ...} or "
       "{steps: [...]}"},
      {"gpus:\n  - gpu_utilization: .nan\n",
       "2: gpu_utilization is \".nan\"; allowed is a number, ~ (not supported), {wave: ...} or "
       "{steps: [...]}"},
      {"gpus:\n  - gpu_utilization: [1, 2]\n",
       "2: gpu_utilization is a list or a mapping; allowed is a mapping, KEY: VALUE"},
      {"gpus:\n  - gpu_utilization:\n      wave: sinus\n",
       "3: wave \"sinus\" is not known; did you mean sine? allowed is sine, square, sawtooth, "
       "ramp, noise"},
      {"gpus:\n  - gpu_utilization:\n      wave: sine\n      min: 1\n      max: 5\n",
       "2: gpu_utilization lacks period; it needs min, max, period"},
      {"gpus:\n  - gpu_utilization:\n      {wave: sine, min: 9, max: 5, period: 1s}\n",
       "3: min 9 exceeds max 5; allowed is at most max"},
      {"gpus:\n  - gpu_utilization: {wave: sine, min: 1, max: 5, period: 60}\n",
       "2: period is \"60\"; allowed is a time like 500ms, 30s or 1m30s, from 1ms to 8760h"},
      {"gpus:\n  - gpu_utilization: {wave: sine, min: 1, max: 5, period: 6s, duty: 1}\n",
       "2: \"duty\" is not a key of gpu_utilization; allowed is wave, min, max, period, phase"},
      {"gpus:\n  - gpu_utilization: {wave: square, min: 1, max: 5, period: 6s, duty: 30}\n",
       "2: duty is \"30\"; allowed is a number from 0 to 1"},
      {"gpus:\n  - gpu_utilization: {steps: []}\n",
       "2: 0 steps; allowed are 1 to 10000, like steps: [{at: 0s, value: 0}, {at: 30s, value: "
       "95}]"},
      {"gpus:\n  - gpu_utilization:\n      steps:\n        - {at: 5s, value: 1}\n"
       "        - {at: 5s, value: 2}\n",
       "5: at is 5s after 5s; allowed are ascending times"},
      {"gpus:\n  - count: 0\n", "2: count is \"0\"; allowed is a whole number from 1 to 1024"},
      {"gpus:\n  - {count: 1024}\n  - {}\n", "1: more than 1024 GPUs; allowed are 1024"},
      {"gpus:\n  - count: 2\n    uuid: GPU-1\n",
       "3: uuid together with count: GPUs alike cannot share one; leave it out"},
      {"gpus:\n  - uuid: GPU-1\n  - uuid: GPU-1\n",
       "3: uuid \"GPU-1\" is there twice; allowed is once"},
      {"gpus:\n  - name: a\n    name: b\n", "3: \"name\" is there twice; allowed is once"},
      {"gpus:\n  - memory_total_mib: 100\n    memory_used_mib: 101\n",
       "3: memory_used_mib reaches 101; allowed is at most memory_total_mib, 100"},
      {"gpus: [{}]\nfaults:\n  - {at: 1s, kind: explodes}\n",
       "3: kind \"explodes\" is not a fault; allowed is lost, unsupported, failed, driver_gone, "
       "hang, slow"},
      {"gpus: [{}]\nfaults:\n  - {kind: lost}\n", "3: a fault lacks at; it needs at, kind"},
      {"gpus: [{}]\nfaults:\n  - {at: 1s, kind: failed}\n",
       "3: a fault lacks metric; it needs at, kind, metric"},
      {"gpus: [{}]\nfaults:\n  - {at: 1s, kind: lost, gpu: 1}\n",
       "3: gpu is \"1\"; allowed is a whole number from 0 to 0"},
      {"gpus: []\nfaults:\n  - {at: 1s, kind: lost, gpu: 0}\n",
       "3: gpu in a scenario without GPUs; leave it out"},
      {"gpus: [{}]\nfaults:\n  - {at: 1s, kind: hang, lane: slow}\n",
       "3: lane is \"slow\"; allowed is all, fast, full, bandwidth"},
      {"gpus: [{}]\nfaults:\n  - {at: 1s, kind: driver_gone, gpu: 0}\n",
       "3: \"gpu\" is not a key of a fault; allowed is at, kind, for"},
      {"gpus: [{}]\nfaults:\n  - {at: -1s, kind: lost}\n",
       "3: at is \"-1s\"; allowed is a time like 500ms, 30s or 1m30s, from 0 to 8760h"},
      {"gpus: [{}]\nloop: 10s\nfaults:\n  - {at: 8s, for: 3s, kind: lost}\n",
       "4: the fault lasts from 8s to 11s; allowed is an end within loop, 10s"},
  };
  for (const auto& row : rows) EXPECT_EQ(ErrorOf(row.yaml), row.message) << row.yaml;
}

TEST(ScenarioErrors, AMetricNeverHeardOfIsNamedWithTheNearest) {
  EXPECT_THAT(ErrorOf("gpus:\n  - gpu_utilisation: 5\n"),
              StartsWith("2: \"gpu_utilisation\" is not a key of a GPU; did you mean "
                         "gpu_utilization? allowed is name, uuid, count, phase_step, "));
  EXPECT_THAT(ErrorOf("gpus:\n  - vllm_inflight: 5\n"), StartsWith("2: \"vllm_inflight\" is not"));
  EXPECT_THAT(ErrorOf("gpus: [{}]\nfaults: [{at: 1s, kind: failed, metric: powerdraw}]\n"),
              StartsWith("2: metric is \"powerdraw\"; did you mean power_draw? allowed is "));
}

TEST(ScenarioErrors, WhatIsNoYamlSaysSoWithTheLine) {
  EXPECT_EQ(ErrorOf("gpus:\n  - {name: a\n"),
            "3: not YAML (end of map flow not found); docs/scenarios.md shows the format");
  EXPECT_THAT(ErrorOf("gpus: [}\n"), StartsWith("1: not YAML ("));
  EXPECT_THAT(ErrorOf("gpus: *nowhere\n"), StartsWith("1: not YAML ("));
  EXPECT_THAT(ErrorOf(std::string("gpus: \0\xFF\xFE", 9)), HasSubstr(": "));
}

TEST(ScenarioErrors, HostileFilesEndInAMessage) {
  EXPECT_THAT(ErrorOf(std::string(100'000, '[')), StartsWith("1: not YAML ("));
  EXPECT_THAT(ErrorOf(std::string(100'000, '{')), StartsWith("1: not YAML ("));
  EXPECT_LT(ErrorOf("gpus: []\n" + std::string(1000, 'x') + ": 1\n").size(), 200u);
  EXPECT_THAT(ErrorOf("gpus: []\n? {a: b}\n: 1\n"), HasSubstr("a key of a scenario is"));
}

}  // namespace
}  // namespace gpuscaler::sources
