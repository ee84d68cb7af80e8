#include "workloads/claim_device.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "podresources.pb.h"

namespace gpuscaler::workloads {
namespace {

constexpr const char* kDevice = "k8s.gpu.nvidia.com/device=";
constexpr const char* kClaim = "k8s.gpu.nvidia.com/claim=dab5ab50-d59a-42a6-af16-cfd4628c0f7a-";

struct ClaimRow {
  std::string device;
  std::vector<std::string> cdi_devices;
  std::string means;  // "3", "GPU-a"; empty: no whole GPU
  bool in_spec = true;
};

TEST(ReadClaim, ACdiDeviceCountsBeforeTheName) {
  const std::string device = kDevice;
  const std::string claim = kClaim;
  CdiDevices cdi;
  cdi[device + "gpu-0"].gpus = {{"", 3}};
  cdi[claim + "gpu-0"];  // of its settings alone, as earlier drivers had it
  cdi[claim + "gpu-1"].gpus = {{"GPU-b", {}}};
  cdi[claim + "gpu-2"].is_mig = true;
  cdi[claim + "gpu-3-mig-1g24gb-14-0"].gpus = {{"", 3}};
  cdi[claim + "gpu-4"];
  cdi["nvidia.com/gpu=all"].gpus = {{"", 0}, {"", 1}};

  const ClaimRow rows[] = {
      {"gpu-0", {device + "gpu-0"}, "3"},
      {"gpu-0", {device + "gpu-0", claim + "gpu-0"}, "3"},
      {"gpu-0", {claim + "gpu-0"}, "0"},
      {"gpu-1", {claim + "gpu-1"}, "GPU-b"},
      {"whatever", {"nvidia.com/gpu=all"}, "0 1"},
      // Kubelets repeat those of the claim's earlier devices.
      {"gpu-1", {device + "gpu-0", claim + "gpu-1"}, "GPU-b"},
      {"gpu-1", {claim + "gpu-2", claim + "gpu-1"}, "GPU-b"},
      {"gpu-10", {claim + "gpu-1", claim + "gpu-10"}, "10", false},
      {"whatever", {device + "gpu-0", claim + "gpu-1"}, "3 GPU-b"},
      // A part of a GPU, also where its spec does not tell.
      {"gpu-2", {claim + "gpu-2"}, ""},
      {"gpu-3-mig-1g24gb-14-0", {claim + "gpu-3-mig-1g24gb-14-0"}, ""},
      {"gpu-3-mig-1g24gb-14-0", {}, ""},
      // No spec tells.
      {"gpu-4", {claim + "gpu-4"}, "4"},
      {"gpu-5", {claim + "gpu-5"}, "5", false},
      {"gpu-6", {}, "6"},
      {"gpu-vfio-0", {claim + "gpu-vfio-0"}, "", false},
      {"", {}, ""},
  };
  for (const ClaimRow& row : rows) {
    v1::ClaimResource resource;
    resource.set_device_name(row.device);
    for (const std::string& name : row.cdi_devices) resource.add_cdi_devices()->set_name(name);
    SCOPED_TRACE(resource.ShortDebugString());
    const ClaimDevice read = ReadClaim(resource, cdi);
    std::string means;
    for (const GpuName& gpu : read.gpus) {
      base::StrAppend(&means, means.empty() ? "" : " ",
                      gpu.minor ? std::to_string(*gpu.minor) : gpu.uuid);
    }
    EXPECT_EQ(means, row.means);
    EXPECT_EQ(read.in_spec, row.in_spec);
  }
}

}  // namespace
}  // namespace gpuscaler::workloads
