// The checks of what the node gives: device files, kubelet, limits, ports.
#include "doctor/found.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/temporary_folder.h"
#include "gtest/gtest.h"
#include "rpc/listener.h"

namespace gpuscaler::doctor {
namespace {

using fakes::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string Devices(const TemporaryFolder& folder) {
  Subject subject;
  subject.device_folder = folder.path();
  subject.nvml_library = "/nowhere.so";  // the probe ends at once
  return Text(CheckDeviceFiles(Examined(std::move(subject))));
}

TEST(DeviceFiles, AreFoundByTheirNamesAlone) {
  const TemporaryFolder folder;
  EXPECT_THAT(Devices(folder), StartsWith("not ok: no "));
  folder.Write("nvidia-uvm", "");
  folder.Write("sda", "");
  EXPECT_THAT(Devices(folder), StartsWith("not ok: no "));
  folder.Write("nvidia0", "");
  folder.Write("nvidiactl", "");
  EXPECT_EQ(Devices(folder),
            "ok: " + folder.path() + "/nvidia0, " + folder.path() + "/nvidiactl can be opened\n");
}

std::string Kubelet(const std::string& socket) {
  Subject subject;
  subject.pod_resources_socket = socket;
  return Found(CheckKubelet, subject);
}

TEST(PodResources, AnswersWithItsHolders) {
  fakes::FakeKubelet kubelet;
  kubelet.Hold("inference", "llm-0", {"GPU-a", "GPU-b"});
  kubelet.Hold("inference", "llm-1", {"GPU-c"});
  EXPECT_EQ(Kubelet(kubelet.socket()), "ok: List answered: 2 pods hold 3 GPUs\n");
  kubelet.Hold("inference", "part", {"MIG-x"}, "nvidia.com/gpu");
  kubelet.Hold("inference", "odd", {"something"}, "nvidia.com/gpu");
  EXPECT_THAT(Kubelet(kubelet.socket()), HasSubstr("warn: the device id something names no"));
}

TEST(PodResources, WhatIsWrongWithTheSocketIsTold) {
  const TemporaryFolder folder;
  EXPECT_THAT(Kubelet(folder.path() + "/absent"),
              AllOf(StartsWith("warn: "), HasSubstr("No such file")));
  EXPECT_EQ(Kubelet(folder.Write("file", "")), "not ok: " + folder.path() + "/file is no socket\n");
  EXPECT_THAT(Kubelet(""), StartsWith("skipped: "));
  fakes::FakeKubelet kubelet;
  kubelet.AnswerWith("nonsense");
  EXPECT_THAT(Kubelet(kubelet.socket()), StartsWith("not ok: the kubelet at "));
}

TEST(PodResources, AKubeletThatHangsIsGivenUpAfterASecond) {
  fakes::FakeKubelet kubelet;
  kubelet.Hang();
  EXPECT_THAT(Kubelet(kubelet.socket()),
              AllOf(StartsWith("not ok: "), HasSubstr(kubelet.socket())));
  kubelet.Release();
}

std::string MemoryLimit(const std::string& bytes, uint64_t max_memory_mib) {
  const TemporaryFolder folder;
  folder.Write("memory.max", bytes);
  Subject subject;
  subject.cgroup_folder = folder.path();
  subject.max_memory_mib = max_memory_mib;
  return Found(CheckMemoryLimit, subject);
}

TEST(MemoryLimit, MustBeAboveWhatTheScalerKeepsTo) {
  EXPECT_EQ(MemoryLimit("max\n", 256), "ok: no limit of the cgroup\n");
  EXPECT_EQ(MemoryLimit("536870912\n", 256),
            "ok: the cgroup's limit is 512 MiB, above --max-memory-mib=256\n");
  EXPECT_THAT(MemoryLimit("268435456\n", 256),
              StartsWith("not ok: the cgroup's limit is 256 MiB, --max-memory-mib is 256"));
  EXPECT_THAT(MemoryLimit("268435456\n", 0), StartsWith("warn: "));
}

TEST(OpenFiles, MustDoForTheConnections) {
  Subject subject;
  subject.max_connections = 1;
  EXPECT_THAT(Found(CheckOpenFiles, subject), StartsWith("ok: "));
  subject.max_connections = size_t{1} << 40;
  EXPECT_THAT(Found(CheckOpenFiles, subject),
              AllOf(StartsWith("warn: "), HasSubstr("--max-connections=1099511627776 needs")));
}

TEST(Clock, IsNotBeforeTheProgramWasMade) {
  EXPECT_THAT(Found(CheckClock, {}), testing::AnyOf(StartsWith("ok: "), StartsWith("warn: ")));
}

TEST(Ports, OneInUseIsNamed) {
  const auto listener = rpc::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok());
  Subject subject;
  subject.bind_address = "127.0.0.1";
  subject.port = 0;
  subject.asked_port = 0;  // no scaler runs
  subject.probe_port = 0;
  subject.metrics_port = rpc::BoundPort(*listener);
  EXPECT_THAT(Found(CheckPorts, subject), AllOf(StartsWith("not ok: --metrics-port: "),
                                                HasSubstr(std::to_string(subject.metrics_port))));
  subject.asked_port = subject.metrics_port;
  EXPECT_EQ(Found(CheckPorts, subject), "skipped: a scaler runs, and has its ports\n");
}

TEST(Ports, OneThatIsGivenTwiceIsNamed) {
  Subject subject;
  subject.bind_address = "127.0.0.1";
  subject.asked_port = subject.probe_port = 0;
  {
    const auto listener = rpc::Listen("127.0.0.1", 0);
    ASSERT_TRUE(listener.ok());
    subject.port = subject.metrics_port = rpc::BoundPort(*listener);
  }
  const std::string port = std::to_string(subject.port);
  EXPECT_EQ(Found(CheckPorts, subject),
            "not ok: --metrics-port is " + port + ", and so is --port\nok: free: " + port + "\n");
}

}  // namespace
}  // namespace gpuscaler::doctor
