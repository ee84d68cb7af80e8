// One answer of the kubelet, as holdings: which pod holds which device.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "workloads/cdi_spec.h"
#include "workloads/device_id.h"

namespace v1 {
class ListPodResourcesResponse;
}  // namespace v1

namespace gpuscaler::workloads {

// Resource names that mean GPUs besides those that are known.
using ExtraResources = std::vector<std::string>;

// Our own pod, which every whole answer of our kubelet lists. Empty: not known.
struct OwnPod {
  std::string pod_namespace;
  std::string name;
  bool known() const { return !pod_namespace.empty() && !name.empty(); }
};

struct Holding {
  std::string pod_namespace;
  std::string pod;
  std::string device;     // the kubelet's id, replica and all; of a claim its pool and device
  GpuName gpu;            // of none: the pod holds something that cannot be read
  bool exclusive = true;  // two pods are not listed with it but while one replaces the other
};

struct Listing {
  std::vector<Holding> holdings;
  bool whole = false;  // our own pod is listed: so are all others
  // Ids of GPU resources that name no whole GPU, the first few: for the log.
  std::vector<std::string> unknown_ids;
  // Devices of claims that are in no CDI spec, so that their names count, the first
  // few, each once: for the log.
  std::vector<std::string> claims_without_spec;
  // Resources of GPU vendors of which nothing was taken, the first few, each once:
  // for the log.
  std::vector<std::string> skipped_resources;
};

// Whether a claim of the driver gpu.nvidia.com is in it: CDI specs are asked for then.
bool HasClaims(const v1::ListPodResourcesResponse& response);

// nvidia.com/gpu, nvidia.com/gpu.shared, nvidia.com/mig-*, amd.com/gpu, the extras,
// claims of the driver gpu.nvidia.com (`cdi`: what the node's specs say of them), and
// whatever is called by a GPU's UUID: a device plugin can be told to name its resource
// anything. UNAVAILABLE: no pod at all is listed, or not our own. So answers a kubelet
// that has just started: it knows its static pods before those of the API server.
absl::StatusOr<Listing> ReadListing(const v1::ListPodResourcesResponse& response,
                                    const ExtraResources& extras, const OwnPod& own_pod,
                                    const CdiDevices& cdi);

}  // namespace gpuscaler::workloads
