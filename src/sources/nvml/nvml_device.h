// One entry in the list of what is read: a whole GPU.
//
// A part of a GPU (a MIG instance) would be an entry of its own beside its
// parent's: its handle and identity, the parent's handle for what only the
// parent has, and its own row of variants, most of them used up.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "catalog/metrics.h"
#include "sources/nvml/counter_rate.h"
#include "sources/nvml/nvml_abi.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::sources::nvml {

inline constexpr size_t kReadCount = 7;  // rows of the table of reads

// Each member past `down` is used by one lane only, so that lanes need no lock.
struct NvmlDevice {
  std::shared_ptr<const telemetry::GpuIdentity> identity;
  DeviceHandle handle = nullptr;
  absl::Status status;            // not OK: there is no handle, and why
  std::atomic<bool> down{false};  // as last seen, to log changes only

  // By read: the variant that this GPU and driver have; past the last: none.
  std::array<uint8_t, kReadCount> variant = {};
  // Of NVLink.
  std::optional<uint32_t> links;
  CounterRate nvlink_tx;
  CounterRate nvlink_rx;
};

}  // namespace gpuscaler::sources::nvml
