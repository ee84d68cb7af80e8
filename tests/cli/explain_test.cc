// `explain`, through the real binary: of a running scaler, and of this machine's GPUs.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "cli/temporary_file.h"
#include "decision.pb.h"
#include "e2e/scaler_process.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kObjects = R"(kind: ScaledObject
metadata: {name: llm, namespace: inference}
spec:
  minReplicaCount: 1
  maxReplicaCount: 3
  triggers:
    - type: external
      metadata: {workload: deployment/llm, targetValue: "50"}
---
kind: ScaledObject
metadata: {name: all}
spec:
  triggers:
    - type: external
      metricType: Value
      metadata: {targetValue: "50"}
    - type: cpu
      metadata: {value: "60"}
)";
constexpr const char* kBroken = R"(kind: ScaledObject
metadata: {name: broken}
spec:
  triggers:
    - type: external
      metadata: {aggregation: mode}
)";

class Explain : public testing::Test {
 protected:
  Explain() {
    nvml_.gpu(0).SetUtilization(100, 0);
    nvml_.gpu(1).SetUtilization(80, 0);
    kubelet_.Hold("inference", "llm-7d9c8b5f4d-x2b4k", {nvml_.gpu(0).uuid()});
    kubelet_.Hold("inference", "llm-7d9c8b5f4d-zzzzz", {nvml_.gpu(1).uuid()});
  }
  Finished Local(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"explain", "--pod-resources-socket=" + kubelet_.socket()});
    return RunScaler(std::move(arguments), nvml_.ChildEnvironment());
  }

  fakes::FakeNvml nvml_{3};
  fakes::FakeKubelet kubelet_;
  const TemporaryFile file_{"objects.yaml", kObjects};
};

TEST_F(Explain, OfThisMachinesGpusShowsEachStep) {
  const Finished run = Local({file_.path(), "--object=inference/llm"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(run.errors, "");
  EXPECT_THAT(run.output, StartsWith("inference/llm  keda_gpu_metric: avg of gpu_utilization, "
                                     "target 50 %, AverageValue\n"
                                     "  deployment/llm in namespace inference\n"));
  EXPECT_THAT(run.output, AllOf(HasSubstr("100 %  counts  llm-7d9c8b5f4d-x2b4k\n"),
                                HasSubstr("80 %  counts  llm-7d9c8b5f4d-zzzzz\n"),
                                HasSubstr("  times 2 replicas, for HPA divides by the target"),
                                HasSubstr("  reported as keda_gpu_metric: 180 (target 50)\n"),
                                HasSubstr("  active: a GPU exceeds the activation threshold 0\n"),
                                HasSubstr("  HPA: AverageValue: ceil(180 / 50) = 4; no more than "
                                          "maxReplicaCount, 3\n"),
                                HasSubstr("  next: 2 -> 3\n")));
  EXPECT_THAT(run.output, Not(HasSubstr("default/all")));
}

TEST_F(Explain, TheReplicasMayBeGiven) {
  const Finished run = Local({file_.path(), "--object=default/all", "--replicas=4"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  // The scaler takes the trigger for AverageValue, HPA does not.
  EXPECT_THAT(run.output,
              AllOf(HasSubstr("the trigger's metricType is Value, the scaler takes it for "
                              "AverageValue: say hpaMetricType: Value in its metadata"),
                    HasSubstr("  HPA: Value: ceil(4 x 100 / 50) = 8; 4 run: up at the next look\n"),
                    HasSubstr("  next: 4 -> 8\n")));
}

TEST_F(Explain, OfARunningScalerIsWhatKedaIsTold) {
  e2e::ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms"},
                            nvml_.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const Finished run =
      RunScaler({"explain", base::StrCat("--address=127.0.0.1:", scaler.ports().grpc),
                 "--format=json", "--object=default/all", file_.path()});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  ASSERT_THAT(run.output, AllOf(StartsWith("[{"), testing::EndsWith("}]\n")));
  decision::v1::Decision decision;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      run.output.substr(1, run.output.size() - 3), &decision);
  ASSERT_TRUE(parsed.ok()) << parsed.ToString();
  EXPECT_EQ(decision.value(), scaler.keda().Value({{"targetValue", "50"}}).value_or(-1));
  EXPECT_EQ(decision.value(), 100);
  EXPECT_EQ(decision.explanation().gpus_size(), 3);
}

TEST_F(Explain, AnObjectWithoutAValueIsToldAndMakesTheExitCodeOne) {
  const TemporaryFile broken("broken.yaml", kBroken);
  const Finished run = Local({file_.path(), broken.path()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("inference/llm  keda"), HasSubstr("default/all  keda"),
                                HasSubstr("default/broken\n  INVALID_ARGUMENT: aggregation")));
}

TEST_F(Explain, WithoutADriverTheDecisionsSayWhy) {
  const Finished run = RunScaler({"explain", "--nvml-library=/nowhere.so",
                                  "--pod-resources-socket=", file_.path(), "--object=default/all"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("UNAVAILABLE: "), HasSubstr("/nowhere.so"),
                                HasSubstr("HPA: without a value HPA keeps what runs")));
}

TEST_F(Explain, AServerThatCannotExplainIsNamed) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  externalscaler::ExternalScaler::Service older;
  builder.RegisterService(&older);
  const auto server = builder.BuildAndStart();
  const std::string address = base::StrCat("127.0.0.1:", port);
  const Finished run = RunScaler({"explain", "--address=" + address, file_.path()});
  server->Shutdown();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.output, "");
  EXPECT_THAT(run.errors,
              AllOf(HasSubstr(address), HasSubstr("cannot explain: it is a scaler older than")));
}

TEST_F(Explain, WhatCannotBeAskedIsRefused) {
  const TemporaryFile empty("empty.yaml", "kind: Deployment\n");
  const std::string port = base::StrCat(e2e::FreePort());
  const struct {
    std::vector<std::string> arguments;
    int code;
    std::string why;
  } rows[] = {
      {{"explain"}, 2, "files is required"},
      {{"explain", "/nowhere.yaml"}, 2, "/nowhere.yaml: cannot be read"},
      {{"explain", empty.path()}, 2, "no ScaledObject with an external trigger"},
      {{"explain", file_.path(), "--object=a/b"},
       2,
       "--object is \"a/b\"; in the files there are: inference/llm, default/all"},
      {{"explain", file_.path(), "--address=nowhere"}, 2, "it must be HOST:PORT"},
      {{"explain", file_.path(), "--address=a:1", "--source=simulated"}, 2, "--address"},
      {{"explain", file_.path(), "--replicas=many"}, 2, "--replicas"},
      {{"explain", file_.path(), "--address=127.0.0.1:" + port}, 1, "127.0.0.1:" + port},
  };
  for (const auto& row : rows) {
    const Finished run = RunScaler(row.arguments);
    EXPECT_EQ(run.exit_code, row.code) << row.why;
    EXPECT_THAT(run.errors, HasSubstr(row.why));
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  }
}

}  // namespace
}  // namespace gpuscaler::cli
