// The device of a claim of NVIDIA's DRA driver: which GPUs its containers get.
#pragma once

#include <vector>

#include "workloads/cdi_spec.h"
#include "workloads/device_id.h"

namespace v1 {
class ClaimResource;
}  // namespace v1

namespace gpuscaler::workloads {

struct ClaimDevice {
  std::vector<GpuName> gpus;  // none: it is no whole GPU
  bool in_spec = true;        // false: it has CDI devices, none of which is in `cdi`
};

// By its CDI devices, where `cdi` says of which GPUs they are; else by its name.
ClaimDevice ReadClaim(const v1::ClaimResource& claim, const CdiDevices& cdi);

}  // namespace gpuscaler::workloads
