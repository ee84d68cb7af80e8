// What the fake NVML library does: a block of atomics in a file that the library
// and the test map, so that a test in another process changes anything at once.
//
// Tests use FakeNvml (fake_nvml.h) instead of this.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sources/nvml/nvml_abi.h"

namespace gpuscaler::fakes {

using sources::nvml::Return;

// The functions of the library, for counters, results and hangs.
enum class NvmlFunction : uint32_t {
  kInit,  // nvmlInit_v2 and nvmlInitWithFlags
  kShutdown,
  kDriverVersion,
  kDeviceCount,
  kHandleByIndex,
  kUuid,
  kName,
  kPciInfo,
  kMinorNumber,
  kUtilizationRates,
  kMemoryInfo,
  kMemoryInfoV2,
  kTemperature,
  kTemperatureV,
  kPowerUsage,
  kFieldValues,
  kPcieThroughput,
  kMigMode,
  kPersistenceMode,
};
inline constexpr size_t kNvmlFunctionCount = 19;

// What a caller must never do; each kind is counted.
enum class NvmlMisuse : uint32_t {
  kCallBeforeInit,
  kStaleHandle,              // of an earlier init, or made up
  kWrongVersion,             // of a struct
  kNullPointer,              // or a size of 0
  kUnversionedSymbol,        // nvmlInit, nvmlDeviceGetCount, ...: older interfaces
  kUnloadedWhileInitialized  // dlclose without nvmlShutdown
};
inline constexpr size_t kNvmlMisuseCount = 6;

enum class Nvlink : uint32_t {
  kNone,    // every NVLink field is NOT_SUPPORTED
  kTotals,  // fields 138 and 139, cumulative KiB
  kByLink,  // fields 202 and 204, cumulative bytes of each link (Blackwell)
};

inline constexpr uint32_t kMaxFakeGpus = 16;

struct FunctionControl {
  std::atomic<uint64_t> calls;    // begun
  std::atomic<uint32_t> blocked;  // calls that hang now
  std::atomic<uint32_t> hang;     // not 0: calls block until it is 0
  std::atomic<Return> result;     // not kSuccess: what every call returns
};

// A counter that grows by itself: at + rate x (now - since). Guarded by
// `sequence`, which is odd while it is written.
struct GrowingCounter {
  std::atomic<uint32_t> sequence;
  std::atomic<uint64_t> bytes;
  std::atomic<uint64_t> bytes_per_second;
  std::atomic<int64_t> since_ns;  // CLOCK_MONOTONIC
};

struct GpuControl {
  std::atomic<uint32_t> uuid_number;
  std::atomic<uint32_t> minor_number;  // of /dev/nvidiaN: not the index
  std::atomic<uint32_t> lost;          // not 0: GPU_IS_LOST
  std::atomic<uint32_t> losses;        // how often it was lost; only a new init sees it back
  std::atomic<uint32_t> mig;           // 1: divided
  std::atomic<uint32_t> persistence;   // 1: on
  std::atomic<uint32_t> gpu_percent;
  std::atomic<uint32_t> memory_percent;
  std::atomic<uint64_t> memory_total_bytes;
  std::atomic<uint64_t> memory_reserved_bytes;
  std::atomic<uint64_t> memory_used_bytes;
  std::atomic<int32_t> temperature_celsius;
  std::atomic<uint32_t> power_milliwatts;
  std::atomic<uint32_t> pcie_tx_kbps;
  std::atomic<uint32_t> pcie_rx_kbps;
  std::atomic<Nvlink> nvlink;
  std::atomic<uint32_t> nvlink_links;
  std::atomic<uint64_t> nvlink_down;  // bit per link: NOT_SUPPORTED
  std::atomic<sources::nvml::ValueType> nvlink_type;
  std::atomic<Return> nvlink_result;  // not kSuccess: of each NVLink field, outer call kSuccess
  GrowingCounter nvlink_tx;
  GrowingCounter nvlink_rx;
  std::array<std::atomic<Return>, kNvmlFunctionCount> results;
  std::array<std::atomic<uint64_t>, kNvmlFunctionCount> calls;
};

struct NvmlControl {
  static constexpr uint64_t kMagic = 0x4e564d4c46414b45 + 3;  // layout 3

  std::atomic<uint64_t> magic;
  std::atomic<uint32_t> gpu_count;
  std::atomic<Return> driver;               // not kSuccess: gone; what everything returns
  std::atomic<uint32_t> driver_generation;  // counts loads; older inits see DRIVER_NOT_LOADED
  std::atomic<uint32_t> pcie_window_us;     // how long nvmlDeviceGetPcieThroughput blocks
  std::atomic<uint32_t> library_loads;
  std::atomic<uint32_t> library_unloads;
  std::array<std::atomic<uint64_t>, kNvmlMisuseCount> misuse;
  std::array<FunctionControl, kNvmlFunctionCount> functions;
  std::array<GpuControl, kMaxFakeGpus> gpus;
};
static_assert(std::atomic<uint64_t>::is_always_lock_free, "the block is shared by processes");

// `gpus` GPUs of 80 GiB with plausible constant values, GPU i being a little
// busier than GPU i-1. `control` must be zeroed memory.
inline void SetDefaults(NvmlControl& control, uint32_t gpus) {
  constexpr uint64_t kMib = 1024 * 1024;
  for (uint32_t i = 0; i < kMaxFakeGpus; ++i) {
    GpuControl& gpu = control.gpus[i];
    gpu.uuid_number = i + 1;
    gpu.minor_number = i ^ 1;
    gpu.persistence = 1;
    gpu.gpu_percent = 40 + 2 * i;
    gpu.memory_percent = 20 + 2 * i;
    gpu.memory_total_bytes = 81559 * kMib;
    gpu.memory_reserved_bytes = 559 * kMib;
    gpu.memory_used_bytes = (40500 + 405 * i) * kMib;
    gpu.temperature_celsius = static_cast<int32_t>(50 + i);
    gpu.power_milliwatts = 300000 + 10000 * i;
    gpu.pcie_tx_kbps = 1000000 + 1000 * i;
    gpu.pcie_rx_kbps = 2000000 + 1000 * i;
    gpu.nvlink = Nvlink::kTotals;
    gpu.nvlink_links = 18;
    gpu.nvlink_type = sources::nvml::ValueType::kUint64;
  }
  control.gpu_count = gpus;
  control.driver_generation = 1;
  control.magic = NvmlControl::kMagic;
}

}  // namespace gpuscaler::fakes
