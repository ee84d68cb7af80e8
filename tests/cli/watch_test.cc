// `watch`, through the real binary against a real scaler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/strings.h"
#include "cli/temporary_file.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kObjects = R"(kind: ScaledObject
metadata: {name: llm, namespace: inference}
spec:
  minReplicaCount: 1
  maxReplicaCount: 10
  triggers:
    - type: external
      metricType: Value
      metadata: {targetValue: "50", hpaMetricType: Value}
---
kind: ScaledObject
metadata: {name: broken}
spec:
  triggers:
    - type: external
      metadata: {aggregation: mode}
)";

TEST(Watch, ShowsWhatKedaReadsAndWhatHpaMakesOfIt) {
  fakes::FakeNvml nvml(2);
  nvml.gpu(1).SetUtilization(100, 0);
  e2e::ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms"},
                            nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const TemporaryFile file("objects.yaml", kObjects);
  const Finished run =
      RunScaler({"watch", base::StrCat("--address=127.0.0.1:", scaler.ports().grpc),
                 "--interval=20ms", "--count=3", file.path()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(run.errors, "");
  std::vector<std::string> lines;
  std::istringstream stream(run.output);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 3u * 4) << run.output;  // time, head, two rows
  EXPECT_THAT(lines[1], AllOf(HasSubstr("SCALEDOBJECT"), HasSubstr("HPA WANTS")));
  // 100 at target 50 asks for twice the replicas: 1, 2, 4, 8.
  const int wanted[] = {2, 4, 8};
  for (size_t poll = 0; poll < 3; ++poll) {
    EXPECT_THAT(lines[4 * poll + 2],
                MatchesRegex(base::StrCat("inference/llm +keda_gpu_metric +100.0 +50.0 +Value +yes",
                                          " +", wanted[poll], " +[0-9]+ *")));
    EXPECT_THAT(lines[4 * poll + 3],
                AllOf(HasSubstr("default/broken"), HasSubstr("INVALID_ARGUMENT"),
                      HasSubstr("aggregation")));
  }
}

TEST(Watch, TheHpaKeepsToItsBehavior) {
  fakes::FakeNvml nvml(1);
  nvml.gpu(0).SetUtilization(100, 0);
  e2e::ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms"},
                            nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const auto object = [](std::string_view name, std::string_view up) {
    return base::StrCat("kind: ScaledObject\nmetadata: {name: ", name,
                        "}\nspec:\n  minReplicaCount: 1\n  maxReplicaCount: 10\n  advanced:\n"
                        "    horizontalPodAutoscalerConfig: {behavior: {scaleUp: {",
                        up,
                        "}}}\n  triggers:\n    - type: external\n      metricType: Value\n"
                        "      metadata: {targetValue: \"50\", hpaMetricType: Value}\n");
  };
  const TemporaryFile file(
      "objects.yaml",
      base::StrCat(object("paced", "policies: [{type: Pods, value: 1, periodSeconds: 60}]"),
                   "---\n", object("tolerant", "tolerance: 1500m")));
  const Finished run =
      RunScaler({"watch", base::StrCat("--address=127.0.0.1:", scaler.ports().grpc),
                 "--interval=20ms", "--count=3", file.path()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  // 100 at target 50 asks for twice the replicas, and one a minute may come.
  EXPECT_THAT(run.output, ContainsRegex("default/paced +.* yes +2 +2 *\n"));
  EXPECT_THAT(run.output, ContainsRegex("default/paced +.* yes +4 +2 *\n"));
  // Twice the target is within 150% above it.
  EXPECT_THAT(run.output, ContainsRegex("default/tolerant +.* yes +1 +1 *\n"));
}

TEST(Watch, AScalerThatDoesNotAnswerIsARowNotAnEnd) {
  const TemporaryFile file("objects.yaml", kObjects);
  const Finished run = RunScaler({"watch", base::StrCat("--address=127.0.0.1:", e2e::FreePort()),
                                  "--interval=20ms", "--count=2", file.path()});
  EXPECT_EQ(run.exit_code, 1) << "nobody answered the last poll";
  EXPECT_THAT(run.output, HasSubstr("UNAVAILABLE"));
}

TEST(Watch, FilesWithNothingToWatchAreRefused) {
  const TemporaryFile empty("empty.yaml", "kind: Deployment\n");
  const TemporaryFile bad("bad.yaml", "kind: ScaledObject\nmetadata: {}\n");
  for (const auto& [path, text] :
       {std::pair(empty.path(), std::string("no ScaledObject")),
        std::pair(bad.path(), bad.path() + ":1: "),
        std::pair(std::string("/nowhere.yaml"), std::string("/nowhere.yaml: "))}) {
    const Finished run = RunScaler({"watch", path});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, HasSubstr(text));
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  }
  EXPECT_EQ(RunScaler({"watch"}).exit_code, 2);
}

}  // namespace
}  // namespace gpuscaler::cli
