#include "workloads/claim_device.h"

#include <string_view>

#include "podresources.pb.h"

namespace gpuscaler::workloads {
namespace {

// The driver calls them "gpu-0", or after the claim "CLAIM-UID-gpu-0".
bool IsOf(std::string_view device_name, std::string_view cdi_name) {
  if (!cdi_name.ends_with(device_name)) return false;
  cdi_name.remove_suffix(device_name.size());
  return cdi_name.ends_with('=') || cdi_name.ends_with('-');
}

// Kubelets list those of a claim's earlier devices with the later ones again: where
// names tell which are its own, the others are left out.
std::vector<std::string_view> CdiNames(const v1::ClaimResource& claim) {
  std::vector<std::string_view> all;
  std::vector<std::string_view> own;
  for (const v1::CDIDevice& device : claim.cdi_devices()) {
    all.push_back(device.name());
    if (IsOf(claim.device_name(), device.name())) own.push_back(device.name());
  }
  return own.empty() ? all : own;
}

}  // namespace

ClaimDevice ReadClaim(const v1::ClaimResource& claim, const CdiDevices& cdi) {
  // The specs of parts of GPUs have been known to lack what tells them from the whole.
  if (claim.device_name().find("-mig-") != std::string::npos) return {};
  ClaimDevice device;
  device.in_spec = claim.cdi_devices().empty();
  for (const std::string_view name : CdiNames(claim)) {
    const auto found = cdi.find(name);
    if (found == cdi.end()) continue;
    device.in_spec = true;
    if (found->second.is_mig) return {};
    device.gpus.insert(device.gpus.end(), found->second.gpus.begin(), found->second.gpus.end());
  }
  if (!device.gpus.empty()) return device;
  if (const auto gpu = ReadClaimDevice(claim.device_name())) device.gpus.push_back(*gpu);
  return device;
}

}  // namespace gpuscaler::workloads
