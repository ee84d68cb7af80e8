// The driver's library, loaded at run time, and its functions by their exact
// versioned names.
//
// A function that this driver lacks answers FUNCTION_NOT_FOUND, so that its
// absence is nothing special: only the core ones must be there.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sources/nvml/nvml_abi.h"

namespace gpuscaler::sources::nvml {

// What one call to the driver said.
struct Outcome {
  Return code = Return::kSuccess;
  const char* function = "";
  const char* problem = nullptr;  // kSuccess, but the answer cannot be right
};

// nullptr: the library does not have it.
void* FindSymbol(void* library, const char* name);

template <class Signature>
class Symbol;

template <class... Args>
class Symbol<Return(Args...)> {
 public:
  Symbol(void* library, const char* name)
      : name_(name), function_(reinterpret_cast<Return (*)(Args...)>(FindSymbol(library, name))) {}

  explicit operator bool() const { return function_ != nullptr; }
  const char* name() const { return name_; }

  Outcome operator()(Args... args) const {
    if (function_ == nullptr) return {Return::kFunctionNotFound, name_};
    return {function_(args...), name_};
  }

 private:
  const char* name_;
  Return (*function_)(Args...);
};

class NvmlLibrary {
 public:
  static constexpr const char* kDefaultPath = "libnvidia-ml.so.1";

  // UNAVAILABLE, saying what to fix, when there is no such library or a core
  // function is missing.
  static absl::StatusOr<std::unique_ptr<const NvmlLibrary>> Load(const std::string& path);
  // Unloads it: whoever initialized the driver has shut it down by then.
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

 private:
  explicit NvmlLibrary(void* library) : library_(library) {}

  void* const library_;

 public:
  // clang-format off
  const Symbol<Return()> init{library_, "nvmlInit_v2"};
  const Symbol<Return(uint32_t flags)> init_with_flags{library_, "nvmlInitWithFlags"};
  const Symbol<Return()> shutdown{library_, "nvmlShutdown"};
  const Symbol<Return(char*, uint32_t size)> driver_version{library_, "nvmlSystemGetDriverVersion"};
  const Symbol<Return(uint32_t*)> device_count{library_, "nvmlDeviceGetCount_v2"};
  const Symbol<Return(uint32_t index, DeviceHandle*)> handle_by_index{library_, "nvmlDeviceGetHandleByIndex_v2"};
  const Symbol<Return(DeviceHandle, char*, uint32_t size)> uuid{library_, "nvmlDeviceGetUUID"};
  const Symbol<Return(DeviceHandle, char*, uint32_t size)> name{library_, "nvmlDeviceGetName"};
  const Symbol<Return(DeviceHandle, PciInfo*)> pci_info{library_, "nvmlDeviceGetPciInfo_v3"};
  const Symbol<Return(DeviceHandle, uint32_t*)> minor_number{library_, "nvmlDeviceGetMinorNumber"};
  const Symbol<Return(DeviceHandle, Utilization*)> utilization_rates{library_, "nvmlDeviceGetUtilizationRates"};
  const Symbol<Return(DeviceHandle, MemoryV1*)> memory_info{library_, "nvmlDeviceGetMemoryInfo"};
  const Symbol<Return(DeviceHandle, MemoryV2*)> memory_info_v2{library_, "nvmlDeviceGetMemoryInfo_v2"};
  const Symbol<Return(DeviceHandle, uint32_t sensor, uint32_t*)> temperature{library_, "nvmlDeviceGetTemperature"};
  const Symbol<Return(DeviceHandle, TemperatureV1*)> temperature_v{library_, "nvmlDeviceGetTemperatureV"};
  const Symbol<Return(DeviceHandle, uint32_t*)> power_usage{library_, "nvmlDeviceGetPowerUsage"};
  const Symbol<Return(DeviceHandle, int count, FieldValue*)> field_values{library_, "nvmlDeviceGetFieldValues"};
  const Symbol<Return(DeviceHandle, PcieCounter, uint32_t*)> pcie_throughput{library_, "nvmlDeviceGetPcieThroughput"};
  // clang-format on
};

}  // namespace gpuscaler::sources::nvml
