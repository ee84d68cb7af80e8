// `simulate`, through the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/strings.h"
#include "cli/temporary_file.h"
#include "e2e/child_process.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kObject = R"(kind: ScaledObject
metadata: {name: llm, namespace: inference}
spec:
  minReplicaCount: 1
  maxReplicaCount: 10
  triggers:
    - type: external
      metadata: {targetGpuUtilization: "80"}
)";

// Two records of one GPU, a minute apart: the second holds another minute.
constexpr const char* kTrace =
    "time,node,index,uuid,name,gpu_utilization\n"
    "2026-01-31T12:00:00Z,node-1,0,GPU-1,H100,100\n"
    "2026-01-31T12:01:00Z,node-1,0,GPU-1,H100,100\n";

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class SimulateTest : public testing::Test {
 protected:
  Finished Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", object_.path(), "--trace", trace_.path()});
    return RunScaler(std::move(arguments));
  }

  const TemporaryFile object_{"object.yaml", kObject};
  const TemporaryFile trace_{"trace.csv", kTrace};
};

TEST_F(SimulateTest, PrintsATimelineAndWhatTheValueCanNeverBecome) {
  const Finished run = Run({});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(run.errors, "");
  EXPECT_THAT(run.output,
              AllOf(StartsWith("TIME "), HasSubstr("\n0:00:00 "), HasSubstr("1 -> 2 (HPA)"),
                    HasSubstr("inference/llm: 2 to 2 replicas"), HasSubstr("limit: "),
                    HasSubstr("model: ")));
  const Finished all = Run({"--all"});
  // 120 s: syncs at 0, 15, ..., 105 s.
  EXPECT_EQ(std::count(all.output.begin(), all.output.end(), '\n') -
                std::count(run.output.begin(), run.output.end(), '\n'),
            8 - 2)
      << all.output;
}

TEST_F(SimulateTest, WritesPictures) {
  const TemporaryFile folder("x", "");
  const std::string svg = folder.path() + ".svg";
  const std::string html = folder.path() + ".html";
  EXPECT_EQ(Run({"--plot", svg, "--plot", html}).exit_code, 0);
  EXPECT_THAT(Read(svg), AllOf(StartsWith("<svg "), HasSubstr("inference/llm")));
  EXPECT_THAT(Read(html), AllOf(StartsWith("<!doctype html>"), HasSubstr("1 -&gt; 2 (HPA)")));
  const Finished bad = Run({"--plot", "/nowhere/plan.svg"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.errors, HasSubstr("/nowhere/plan.svg: cannot be written"));
}

TEST_F(SimulateTest, ADrawnLoadNeedsAnEnd) {
  const TemporaryFile drawn(
      "drawn.yaml", "gpus:\n  - {gpu_utilization: {wave: sine, min: 0, max: 100, period: 5m}}\n");
  const Finished endless = RunScaler({"simulate", object_.path(), "--trace", drawn.path()});
  EXPECT_EQ(endless.exit_code, 2);
  EXPECT_THAT(endless.errors, HasSubstr("--duration"));
  const Finished run = RunScaler({"simulate", object_.path(), "--trace", drawn.path(),
                                  "--duration=10m", "--trace-replicas=4"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("x 4 recorded replicas"));
}

TEST_F(SimulateTest, WhatIsWrongIsRefusedNamingIt) {
  const TemporaryFile two("two.yaml", base::StrCat(kObject, "---\n", kObject));
  const TemporaryFile none("none.yaml", "kind: Deployment\n");
  struct Case {
    std::vector<std::string> arguments;
    std::string text;
  };
  const Case cases[] = {
      {{"simulate", two.path(), "--trace", trace_.path()}, "name one with --object: inference/llm"},
      {{"simulate", none.path(), "--trace", trace_.path()}, "holds no ScaledObject"},
      {{"simulate", object_.path(), "--trace", "/nowhere.csv"}, "/nowhere.csv: cannot be read"},
      {{"simulate", object_.path(), "--trace", object_.path() + ".txt"}, "is no format"},
      {{"simulate", object_.path(), "--trace", trace_.path(), "--object=default/llm"},
       "--object is default/llm"},
      {{"simulate", object_.path(), "--trace", trace_.path(), "--plot=plan.png"},
       "must end in .svg or .html"},
      {{"simulate", object_.path(), "--trace", trace_.path(), "--trace-replicas=0"},
       "--trace-replicas is 0"},
      {{"simulate", object_.path()}, "--trace"},
  };
  for (const Case& of : cases) {
    const Finished run = RunScaler(of.arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, AllOf(StartsWith("keda-gpu-scaler: "), HasSubstr(of.text)));
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  }
}

}  // namespace
}  // namespace gpuscaler::cli
