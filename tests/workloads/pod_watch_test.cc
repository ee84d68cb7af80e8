// The watch against a real gRPC server on a Unix socket.
#include "workloads/pod_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "await.h"
#include "fakes/cdi/cdi_directory.h"
#include "fakes/kubelet/fake_kubelet.h"

namespace gpuscaler::workloads {
namespace {

using absl::StatusCode;
using std::chrono::milliseconds;
using telemetry::Ownership;

class PodWatchTest : public testing::Test {
 protected:
  PodWatchTest()
      : watch_(
            {kubelet_.socket(), milliseconds(20), {}, {}, {specs_.path()}},
            [] {
              telemetry::GpuIdentity first;
              first.uuid = "GPU-0";
              first.minor = 0;
              telemetry::GpuIdentity other;
              other.uuid = "GPU-3";
              other.minor = 3;
              return Identities{std::make_shared<const telemetry::GpuIdentity>(first),
                                std::make_shared<const telemetry::GpuIdentity>(other)};
            },
            [this](std::shared_ptr<const Ownership> ownership) {
              const std::lock_guard lock(mutex_);
              newest_ = std::move(ownership);
            }) {}

  std::shared_ptr<const Ownership> Newest() {
    const std::lock_guard lock(mutex_);
    return newest_;
  }
  void AwaitPods(const std::vector<std::string>& names) {
    Await([&] {
      const auto newest = Newest();
      if (newest == nullptr || !newest->status.ok()) return false;
      std::vector<std::string> found;
      for (const telemetry::Pod& pod : newest->pods) found.push_back(pod.name);
      return found == names;
    });
  }
  // Of the only pod.
  void AwaitGpus(const std::vector<std::string>& gpus) {
    Await([&] {
      const auto newest = Newest();
      return newest != nullptr && newest->pods.size() == 1 && newest->pods[0].gpus == gpus;
    });
  }
  void AwaitStatus(StatusCode code) {
    Await([&] {
      const auto newest = Newest();
      return newest != nullptr && newest->status.code() == code;
    });
  }

  std::mutex mutex_;
  std::shared_ptr<const Ownership> newest_;
  fakes::CdiDirectory specs_;
  fakes::FakeKubelet kubelet_;
  PodWatch watch_;
};

TEST_F(PodWatchTest, FollowsThePodsAsTheyComeAndGo) {
  AwaitPods({});
  kubelet_.Hold("default", "a", {"GPU-0::0"});
  AwaitPods({"a"});
  kubelet_.Hold("default", "b", {"GPU-0::1"});
  AwaitPods({"a", "b"});
  EXPECT_TRUE(Newest()->pods[0].appeared_at.has_value());
  kubelet_.Remove("default", "a");
  AwaitPods({"b"});
}

TEST_F(PodWatchTest, TheGpuOfAClaimFollowsTheNodesSpecs) {
  const std::string device = "k8s.gpu.nvidia.com/claim=2f1c-gpu-0";
  kubelet_.Claim("default", "a", "gpu-0", "gpu.nvidia.com", {device});
  AwaitGpus({"GPU-0"});
  specs_.Write("claim.yaml",
               fakes::CdiSpecText("k8s.gpu.nvidia.com/claim", "2f1c-gpu-0", "/dev/nvidia3"));
  AwaitGpus({"GPU-3"});
  specs_.Write("claim.yaml", "broken: [");
  AwaitGpus({"GPU-0"});
}

TEST_F(PodWatchTest, AKubeletThatGoesAndComesBackIsFollowed) {
  kubelet_.Hold("default", "a", {"GPU-0"});
  AwaitPods({"a"});
  kubelet_.Stop();
  AwaitStatus(StatusCode::kUnavailable);
  EXPECT_EQ(Newest()->pods.size(), 1u) << "what is known is kept, and ages";
  EXPECT_THAT(std::string(Newest()->status.message()), testing::HasSubstr(kubelet_.socket()));
  kubelet_.Start();
  AwaitPods({"a"});
}

TEST_F(PodWatchTest, GarbageIsAnErrorAndNoPodIsLost) {
  kubelet_.Hold("default", "a", {"GPU-0"});
  AwaitPods({"a"});
  kubelet_.AnswerWith(std::string(1000, '\xff'));
  // gRPC's client gives no code of its own to bytes that are no message.
  Await([&] { return !Newest()->status.ok(); });
  EXPECT_EQ(Newest()->pods.size(), 1u);
  kubelet_.AnswerWith("");
  AwaitPods({"a"});
}

TEST_F(PodWatchTest, AnAnswerAboveSixteenMebibytesIsRefusedAndOneAboveFourIsNot) {
  v1::ListPodResourcesResponse large;
  for (int i = 0; i < 5; ++i) large.add_pod_resources()->set_name(std::string(1 << 20, 'x'));
  v1::PodResources& pod = *large.add_pod_resources();
  pod.set_name("a");
  v1::ContainerDevices& devices = *pod.add_containers()->add_devices();
  devices.set_resource_name("nvidia.com/gpu");
  devices.add_device_ids("GPU-0");
  kubelet_.AnswerWith(large.SerializeAsString());
  AwaitPods({"a"});
  for (int i = 0; i < 15; ++i) large.add_pod_resources()->set_name(std::string(1 << 20, 'x'));
  kubelet_.AnswerWith(large.SerializeAsString());
  AwaitStatus(StatusCode::kResourceExhausted);
  EXPECT_EQ(Newest()->pods.size(), 1u);
}

TEST_F(PodWatchTest, AKubeletThatHangsIsLeftAlone) {
  AwaitPods({});
  kubelet_.Hang();
  const uint64_t calls = kubelet_.calls();
  Await([&] { return kubelet_.calls() > calls; });
  EXPECT_FALSE(watch_.StopWithin(milliseconds(50))) << "the call is under way";
  kubelet_.Release();
  EXPECT_TRUE(watch_.StopWithin(std::chrono::seconds(10)));
}

}  // namespace
}  // namespace gpuscaler::workloads
