// The kubelet's names of devices: which GPU each one is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/snapshot.h"

namespace gpuscaler::workloads {

// A GPU by its UUID or by the N of /dev/nvidiaN.
struct GpuName {
  std::string uuid;               // empty: by minor number
  std::optional<uint32_t> minor;  // of its device file
};

// "GPU-UUID" and "MIG-UUID", each also as a time-slicing replica ("::N"), and
// GKE's "nvidiaN" and "nvidiaN/vgpuM". Empty: none of these, nor is a MIG instance
// of "nvidiaN/giM": its load is not its GPU's.
std::optional<GpuName> ReadDeviceId(std::string_view id);

// The device of a claim: NVIDIA's DRA driver calls the GPU of /dev/nvidiaN
// "gpu-N". Empty: another device, a MIG instance of it ("gpu-N-mig-...") too.
std::optional<GpuName> ReadClaimDevice(std::string_view device_name);

// Whether `identity` is the GPU of this name.
bool Names(const GpuName& name, const telemetry::GpuIdentity& identity);

}  // namespace gpuscaler::workloads
