#include "workloads/listing.h"

#include <algorithm>

#include "base/strings.h"
#include "podresources.pb.h"
#include "workloads/claim_device.h"

namespace gpuscaler::workloads {
namespace {

constexpr std::string_view kResources[] = {"nvidia.com/gpu", "nvidia.com/gpu.shared",
                                           "amd.com/gpu"};
constexpr std::string_view kMigPrefix = "nvidia.com/mig-";
constexpr std::string_view kVendors[] = {"nvidia.com/", "amd.com/"};
constexpr std::string_view kDraDriver = "gpu.nvidia.com";
constexpr size_t kMostNoted = 8;

bool IsGpuResource(std::string_view name, const ExtraResources& extras) {
  return name.starts_with(kMigPrefix) ||
         std::find(std::begin(kResources), std::end(kResources), name) != std::end(kResources) ||
         std::find(extras.begin(), extras.end(), name) != extras.end();
}

// Each once, and not more than can be read in a log line.
void Note(const std::string& text, std::vector<std::string>& noted) {
  if (noted.size() >= kMostNoted) return;
  if (std::find(noted.begin(), noted.end(), text) == noted.end()) noted.push_back(text);
}

class Reader {
 public:
  Reader(const ExtraResources& extras, const CdiDevices& cdi) : extras_(extras), cdi_(cdi) {}

  void Read(const v1::PodResources& pod) {
    for (const v1::ContainerResources& container : pod.containers()) {
      for (const v1::ContainerDevices& devices : container.devices()) {
        ReadDevices(pod, devices);
      }
      for (const v1::DynamicResource& claim : container.dynamic_resources()) {
        for (const v1::ClaimResource& resource : claim.claim_resources()) {
          if (resource.driver_name() == kDraDriver) ReadClaimed(pod, resource);
        }
      }
    }
  }

  Listing Take() { return std::move(listing_); }

 private:
  void ReadDevices(const v1::PodResources& pod, const v1::ContainerDevices& devices) {
    const std::string& resource = devices.resource_name();
    const bool is_gpu = IsGpuResource(resource, extras_);
    for (const std::string& id : devices.device_ids()) {
      const auto gpu = ReadDeviceId(id);
      if (is_gpu || (gpu && !gpu->uuid.empty())) {
        Add(pod, id, gpu, true);
      } else if (std::any_of(
                     std::begin(kVendors), std::end(kVendors),
                     [&](std::string_view vendor) { return resource.starts_with(vendor); })) {
        Note(resource, listing_.skipped_resources);
      }
    }
  }

  void ReadClaimed(const v1::PodResources& pod, const v1::ClaimResource& resource) {
    const std::string name = base::StrCat(resource.pool_name(), "/", resource.device_name());
    const ClaimDevice device = ReadClaim(resource, cdi_);
    for (const GpuName& gpu : device.gpus) Add(pod, name, gpu, false);
    if (device.gpus.empty()) Add(pod, name, std::nullopt, false);
    if (!device.in_spec) Note(name, listing_.claims_without_spec);
  }

  void Add(const v1::PodResources& pod, const std::string& device,
           const std::optional<GpuName>& gpu, bool exclusive) {
    listing_.holdings.push_back(
        {pod.namespace_(), pod.name(), device, gpu.value_or(GpuName()), exclusive});
    if (!gpu) Note(device, listing_.unknown_ids);
  }

  const ExtraResources& extras_;
  const CdiDevices& cdi_;
  Listing listing_;
};

}  // namespace

bool HasClaims(const v1::ListPodResourcesResponse& response) {
  for (const v1::PodResources& pod : response.pod_resources()) {
    for (const v1::ContainerResources& container : pod.containers()) {
      for (const v1::DynamicResource& claim : container.dynamic_resources()) {
        for (const v1::ClaimResource& resource : claim.claim_resources()) {
          if (resource.driver_name() == kDraDriver) return true;
        }
      }
    }
  }
  return false;
}

absl::StatusOr<Listing> ReadListing(const v1::ListPodResourcesResponse& response,
                                    const ExtraResources& extras, const OwnPod& own_pod,
                                    const CdiDevices& cdi) {
  if (response.pod_resources().empty()) {
    return absl::UnavailableError("the kubelet lists no pod at all: it has just started");
  }
  Reader reader(extras, cdi);
  bool own_seen = false;
  for (const v1::PodResources& pod : response.pod_resources()) {
    own_seen =
        own_seen || (pod.name() == own_pod.name && pod.namespace_() == own_pod.pod_namespace);
    reader.Read(pod);
  }
  if (own_pod.known() && !own_seen) {
    return absl::UnavailableError(base::StrCat(
        "the kubelet does not list the scaler's own pod ", own_pod.pod_namespace, "/", own_pod.name,
        ": it has just started, or POD_NAMESPACE and POD_NAME are another pod's"));
  }
  Listing listing = reader.Take();
  listing.whole = own_pod.known();
  return listing;
}

}  // namespace gpuscaler::workloads
