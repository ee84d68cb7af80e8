// A workload's own GPUs on one node: the real binary, a driver and a kubelet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "await.h"
#include "base/strings.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/cdi/cdi_directory.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using fakes::FakeKubelet;
using fakes::FakeNvml;

constexpr const char* kNamespace = "default";  // MakeRef's
const Metadata kLlm = {{"workload", "deployment/llm"}};
const Metadata kTrain = {{"workload", "job/train"}};

class Workload : public testing::Test {
 protected:
  Workload() {
    nvml_.gpu(0).SetUtilization(90, 0);
    nvml_.gpu(1).SetUtilization(50, 0);
    nvml_.gpu(2).SetUtilization(20, 0);
    nvml_.gpu(3).SetUtilization(99, 0);  // nobody's
  }

  // Starts the scaler once the pods that were there before it are set.
  void Start() { Start(kubelet_.socket()); }
  void Start(const std::string& socket) {
    const std::vector<std::string> flags = {"--fast-interval=20ms",
                                            "--poll-interval=100ms",
                                            "--stale-after=3s",
                                            "--pod-resources-socket=" + socket,
                                            "--pod-namespace=kube-system",
                                            "--pod-name=keda-gpu-scaler-x2b4k",
                                            "--cdi-spec-dirs=" + specs_.path()};
    scaler_ = std::make_unique<ScalerProcess>(flags, nvml_.ChildEnvironment());
    ASSERT_TRUE(scaler_->AwaitServing());
  }
  Keda& keda() { return scaler_->keda(); }
  void AwaitValue(const Metadata& metadata, double value) {
    Await([&] { return keda().Value(metadata).value_or(-1) == value; });
  }

  FakeNvml nvml_{4};
  FakeKubelet kubelet_;
  fakes::CdiDirectory specs_;
  std::unique_ptr<ScalerProcess> scaler_;
};

TEST_F(Workload, EachIsAnsweredFromItsOwnGpusTimesItsReplicas) {
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-x2b4k", {nvml_.gpu(0).uuid()});
  // The device file's number, which is not the index.
  kubelet_.Claim(kNamespace, "llm-7d9c8b5f4d-zzzzz", "gpu-0");
  kubelet_.Hold(kNamespace, "train-x2b4k", {nvml_.gpu(2).uuid() + "::0"});
  Start();
  AwaitValue(kLlm, 140);  // (90 + 50) / 2 x 2
  EXPECT_THAT(keda().Value(kTrain), Holds(20));
  EXPECT_THAT(keda().Value({{"workload", "pods/train-*"}}), Holds(20));
  EXPECT_THAT(keda().Value({}), Holds(99)) << "without a workload all GPUs count";
  EXPECT_THAT(keda().Value({{"workload", "deployment/other"}}), Holds(0));
  EXPECT_THAT(keda().IsActive({{"workload", "deployment/other"}}), Holds(false));
}

TEST_F(Workload, AClaimsGpuIsTheOneOfTheNodesCdiSpecs) {
  const std::string claim = "dab5ab50-d59a-42a6-af16-cfd4628c0f7a-gpu-0";
  specs_.Write("k8s.gpu.nvidia.com-claim_dab5ab50.yaml",
               fakes::CdiSpecText("k8s.gpu.nvidia.com/claim", claim, "/dev/nvidia3"));
  specs_.Write("broken.yaml", "kind: [");
  kubelet_.Claim(kNamespace, "llm-7d9c8b5f4d-x2b4k", "gpu-0", "gpu.nvidia.com",
                 {"k8s.gpu.nvidia.com/claim=" + claim});
  Start();
  AwaitValue(kLlm, 20);  // GPU 2 has the file /dev/nvidia3, GPU 1 /dev/nvidia0
  Await([&] {
    return scaler_->child().Errors().find(specs_.PathOf("broken.yaml")) != std::string::npos;
  });
  specs_.Remove("k8s.gpu.nvidia.com-claim_dab5ab50.yaml");
  AwaitValue(kLlm, 50);  // no spec tells: by its name
}

TEST_F(Workload, ANewPodIsSeenAndAGoneOneForgotten) {
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-x2b4k", {nvml_.gpu(0).uuid()});
  Start();
  AwaitValue(kLlm, 90);
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-zzzzz", {nvml_.gpu(1).uuid()});
  AwaitValue(kLlm, 140);  // it is at work already, so it is not warming
  nvml_.gpu(2).SetUtilization(0, 0);
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-22222", {nvml_.gpu(2).uuid()});
  kubelet_.Remove(kNamespace, "llm-7d9c8b5f4d-x2b4k");
  // Under Value the average itself shows whether the third one takes part.
  const Metadata value = {{"workload", "deployment/llm"}, {"hpaMetricType", "Value"}};
  AwaitValue(value, 50);  // it is warming: added to nothing
  nvml_.gpu(2).SetUtilization(30, 0);
  AwaitValue(value, 40);
  nvml_.gpu(2).SetUtilization(0, 0);
  AwaitValue(value, 25);  // it has worked: idle now is idle
  kubelet_.Remove(kNamespace, "llm-7d9c8b5f4d-zzzzz");
  kubelet_.Remove(kNamespace, "llm-7d9c8b5f4d-22222");
  AwaitValue(kLlm, 0);
  EXPECT_THAT(keda().IsActive(kLlm), Holds(false));
}

TEST_F(Workload, AKubeletThatHangsNeverMakesABusyWorkloadIdle) {
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-x2b4k", {nvml_.gpu(0).uuid()});
  Start();
  AwaitValue(kLlm, 90);
  kubelet_.Hang();
  Await([&] { return !keda().Value(kLlm).ok(); });
  EXPECT_THAT(keda().Value(kLlm),
              FailsWith(StatusCode::kUnavailable, "who holds its GPUs is not known"));
  EXPECT_THAT(keda().IsActive(kLlm), FailsWith(StatusCode::kUnavailable, ""));
  EXPECT_THAT(keda().Value({}), Holds(99)) << "the rest works";
  EXPECT_EQ(keda().Health(), "SERVING");
  kubelet_.Release();
  AwaitValue(kLlm, 90);
}

TEST_F(Workload, AKubeletThatListsItsStaticPodsOnlyIsNotBelieved) {
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-x2b4k", {nvml_.gpu(0).uuid()});
  Start();
  AwaitValue(kLlm, 90);
  v1::ListPodResourcesResponse part;
  part.add_pod_resources()->set_name("kube-proxy-node-a");
  kubelet_.AnswerWith(part.SerializeAsString());
  Await([&] { return !keda().Value(kLlm).ok(); });
  EXPECT_THAT(keda().Value(kLlm), FailsWith(StatusCode::kUnavailable, "own pod"));
  kubelet_.AnswerWith("");
  AwaitValue(kLlm, 90);
}

TEST_F(Workload, WithoutASocketItSaysSoAndTheRestWorks) {
  Start("/nowhere/kubelet.sock");
  EXPECT_THAT(keda().Value(kLlm),
              FailsWith(StatusCode::kFailedPrecondition, "--pod-resources-socket"));
  EXPECT_THAT(keda().Value({}), Holds(99));
  EXPECT_THAT(scaler_->child().Errors(), testing::HasSubstr("no PodResources socket"));
}

TEST_F(Workload, ASharedGpuIsNamed) {
  kubelet_.Hold(kNamespace, "llm-7d9c8b5f4d-x2b4k", {nvml_.gpu(0).uuid() + "::0"});
  kubelet_.Hold(kNamespace, "train-x2b4k", {nvml_.gpu(0).uuid() + "::1"});
  Start();
  Await([&] { return keda().Value(kLlm).status().code() == StatusCode::kFailedPrecondition; });
  EXPECT_THAT(keda().Value(kLlm), FailsWith(StatusCode::kFailedPrecondition, nvml_.gpu(0).uuid()));
  EXPECT_THAT(keda().Value(kTrain), FailsWith(StatusCode::kFailedPrecondition, "sharedGpus"));
  EXPECT_THAT(keda().Value({{"workload", "deployment/llm"}, {"sharedGpus", "whole"}}), Holds(90));
}

}  // namespace
}  // namespace gpuscaler::e2e
