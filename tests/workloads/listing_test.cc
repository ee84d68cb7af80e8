#include "workloads/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "podresources.pb.h"

namespace gpuscaler::workloads {
namespace {

using testing::ElementsAre;

void AddDevice(v1::PodResources& pod, const std::string& resource, const std::string& id) {
  v1::ContainerDevices& devices = *pod.add_containers()->add_devices();
  devices.set_resource_name(resource);
  devices.add_device_ids(id);
}

std::vector<std::string> Text(const Listing& listing) {
  std::vector<std::string> text;
  for (const Holding& holding : listing.holdings) {
    text.push_back(holding.pod_namespace + "/" + holding.pod + " " + holding.device);
  }
  return text;
}

TEST(ReadListing, TakesTheGpusOfEveryContainerAndNothingElse) {
  v1::ListPodResourcesResponse response;
  v1::PodResources& llm = *response.add_pod_resources();
  llm.set_namespace_("inference");
  llm.set_name("llm-0");
  AddDevice(llm, "nvidia.com/gpu", "GPU-a");
  AddDevice(llm, "nvidia.com/mig-1g.10gb", "MIG-b");
  AddDevice(llm, "rdma/hca", "mlx5_0");
  AddDevice(llm, "example.com/gpu", "nvidia3");
  v1::PodResources& amd = *response.add_pod_resources();
  amd.set_namespace_("hpc");
  amd.set_name("sim");
  AddDevice(amd, "amd.com/gpu", "0000:3b:00.0");
  v1::PodResources& claimant = *response.add_pod_resources();
  claimant.set_namespace_("dra");
  claimant.set_name("worker");
  v1::DynamicResource& claim = *claimant.add_containers()->add_dynamic_resources();
  for (const auto& [driver, device] :
       {std::pair{"gpu.nvidia.com", "gpu-1"}, std::pair{"nic.example.com", "gpu-2"},
        std::pair{"gpu.nvidia.com", "gpu-3-mig-1g24gb-me-20-5"}}) {
    v1::ClaimResource& resource = *claim.add_claim_resources();
    resource.set_driver_name(driver);
    resource.set_pool_name("node-a");
    resource.set_device_name(device);
  }

  const Listing plain = *ReadListing(response, {}, {}, {});
  EXPECT_THAT(Text(plain),
              ElementsAre("inference/llm-0 GPU-a", "inference/llm-0 MIG-b", "hpc/sim 0000:3b:00.0",
                          "dra/worker node-a/gpu-1", "dra/worker node-a/gpu-3-mig-1g24gb-me-20-5"));
  // What no rule reads is held all the same, or its pod would be one without a GPU.
  EXPECT_THAT(plain.unknown_ids, ElementsAre("0000:3b:00.0", "node-a/gpu-3-mig-1g24gb-me-20-5"));
  const Listing more = *ReadListing(response, {"example.com/gpu"}, {}, {});
  EXPECT_THAT(Text(more), testing::Contains("inference/llm-0 nvidia3"));
  EXPECT_EQ(ReadListing({}, {}, {}, {}).status().code(), absl::StatusCode::kUnavailable);
}

TEST(ReadListing, TakesAGpuUnderAnotherNameAndNotesWhatMayBeOne) {
  v1::ListPodResourcesResponse response;
  v1::PodResources& pod = *response.add_pod_resources();
  pod.set_namespace_("inference");
  pod.set_name("llm-0");
  AddDevice(pod, "nvidia.com/gpu.shared", "nvidia0");  // renameByDefault
  AddDevice(pod, "example.com/fast-gpu", "GPU-a::1");
  AddDevice(pod, "example.com/slice", "MIG-b");
  AddDevice(pod, "nvidia.com/a100", "0");
  AddDevice(pod, "nvidia.com/a100", "1");
  AddDevice(pod, "amd.com/mi300x", "0");
  AddDevice(pod, "example.com/nic", "eth1");
  const Listing listing = *ReadListing(response, {}, {}, {});
  EXPECT_THAT(Text(listing), ElementsAre("inference/llm-0 nvidia0", "inference/llm-0 GPU-a::1",
                                         "inference/llm-0 MIG-b"));
  EXPECT_THAT(listing.unknown_ids, testing::IsEmpty());
  EXPECT_THAT(listing.skipped_resources, ElementsAre("nvidia.com/a100", "amd.com/mi300x"));
  EXPECT_THAT(ReadListing(response, {"nvidia.com/a100"}, {}, {})->skipped_resources,
              ElementsAre("amd.com/mi300x"));
}

TEST(ReadListing, AClaimHoldsWhatTheNodesSpecsSayOfItsDevice) {
  v1::ListPodResourcesResponse response;
  v1::PodResources& pod = *response.add_pod_resources();
  pod.set_namespace_("dra");
  pod.set_name("worker");
  EXPECT_FALSE(HasClaims(response));
  v1::DynamicResource& claim = *pod.add_containers()->add_dynamic_resources();
  claim.add_claim_resources()->set_driver_name("nic.example.com");
  EXPECT_FALSE(HasClaims(response));
  for (const char* const device : {"gpu-0", "gpu-1", "gpu-2"}) {
    v1::ClaimResource& resource = *claim.add_claim_resources();
    resource.set_driver_name("gpu.nvidia.com");
    resource.set_pool_name("node-a");
    resource.set_device_name(device);
    resource.add_cdi_devices()->set_name(std::string("a.b/c=") + device);
  }
  EXPECT_TRUE(HasClaims(response));
  CdiDevices cdi;
  cdi["a.b/c=gpu-0"].gpus = {{"", 3}, {"", 4}};
  cdi["a.b/c=gpu-1"].is_mig = true;
  const Listing listing = *ReadListing(response, {}, {}, cdi);
  EXPECT_THAT(Text(listing), ElementsAre("dra/worker node-a/gpu-0", "dra/worker node-a/gpu-0",
                                         "dra/worker node-a/gpu-1", "dra/worker node-a/gpu-2"));
  EXPECT_EQ(listing.holdings[0].gpu.minor, 3u);
  EXPECT_EQ(listing.holdings[1].gpu.minor, 4u);
  EXPECT_FALSE(listing.holdings[2].gpu.minor.has_value());
  EXPECT_EQ(listing.holdings[3].gpu.minor, 2u);
  EXPECT_THAT(listing.unknown_ids, ElementsAre("node-a/gpu-1"));
  EXPECT_THAT(listing.claims_without_spec, ElementsAre("node-a/gpu-2"));
}

// A kubelet that restarts lists its static pods before it has heard of the others.
TEST(ReadListing, AnAnswerWithoutOurOwnPodIsNotBelieved) {
  v1::ListPodResourcesResponse response;
  v1::PodResources& proxy = *response.add_pod_resources();
  proxy.set_namespace_("kube-system");
  proxy.set_name("kube-proxy-node-a");
  const OwnPod own = {"keda", "keda-gpu-scaler-x2b4k"};
  EXPECT_EQ(ReadListing(response, {}, own, {}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(ReadListing(response, {}, {}, {})->whole);
  EXPECT_FALSE(ReadListing(response, {}, {"", "keda-gpu-scaler-x2b4k"}, {})->whole)
      << "half a name";
  v1::PodResources& scaler = *response.add_pod_resources();
  scaler.set_namespace_("other");
  scaler.set_name(own.name);
  EXPECT_FALSE(ReadListing(response, {}, own, {}).ok());
  scaler.set_namespace_(own.pod_namespace);
  EXPECT_TRUE(ReadListing(response, {}, own, {})->whole);
}

}  // namespace
}  // namespace gpuscaler::workloads
