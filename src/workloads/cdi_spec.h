// A spec of the Container Device Interface: which GPUs its devices stand for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "workloads/device_id.h"

namespace gpuscaler::workloads {

struct CdiDevice {
  std::vector<GpuName> gpus;  // none: it names no GPU
  bool is_mig = false;        // a part of a GPU, whose load is not the GPU's: no gpus
};

// By its qualified name, "VENDOR/CLASS=NAME".
using CdiDevices = std::map<std::string, CdiDevice, std::less<>>;

inline constexpr size_t kMostCdiDevices = 1024;  // of a spec
inline constexpr size_t kMostCdiGpus = 64;       // of a device

// What a device stands for is what a container with it can open: the /dev/nvidiaN
// among its device files, or the UUIDs that NVIDIA_VISIBLE_DEVICES gives where there
// are none, or the UUID that it is called by.
//
// INVALID_ARGUMENT: it is more than the limits above, or something that a container
// runtime would not read as a spec.
absl::StatusOr<CdiDevices> ReadCdiSpec(const std::string& text);

}  // namespace gpuscaler::workloads
