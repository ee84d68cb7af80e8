// One answer of the kubelet, as holdings: which pod holds which device.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workloads/device_id.h"

namespace v1 {
class ListPodResourcesResponse;
}  // namespace v1

namespace gpuscaler::workloads {

// Resource names that mean GPUs besides those that are known.
using ExtraResources = std::vector<std::string>;

struct Holding {
  std::string pod_namespace;
  std::string pod;
  std::string device;  // the kubelet's id, replica and all; of a claim its pool and device
  GpuName gpu;
};

struct Listing {
  std::vector<Holding> holdings;
  // Ids of GPU resources that no rule reads, the first few: for the log.
  std::vector<std::string> unknown_ids;
};

// nvidia.com/gpu, nvidia.com/mig-*, amd.com/gpu, the extras, and claims of the
// driver gpu.nvidia.com.
Listing ReadListing(const v1::ListPodResourcesResponse& response, const ExtraResources& extras);

}  // namespace gpuscaler::workloads
