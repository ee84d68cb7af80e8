// The symbols that every driver since about R418 has.
#include <cstdio>
#include <cstring>

#include "fakes/nvml/get.h"

namespace gpuscaler::fakes {
namespace {

using sources::nvml::MemoryV1;
using sources::nvml::PcieCounter;
using sources::nvml::PciInfo;
using sources::nvml::Utilization;

template <class Write>
Return GetText(NvmlFunction function, DeviceHandle handle, char* text, uint32_t size, Write write) {
  GpuControl* gpu = nullptr;
  const Return result = EnterDevice(function, handle, &gpu);
  if (text == nullptr || size == 0) {
    CountMisuse(NvmlMisuse::kNullPointer);
    return Return::kInvalidArgument;
  }
  Scribble(text, size);  // no NUL is left in it
  if (result != Return::kSuccess) return result;
  char written[96];
  write(*gpu, written, sizeof(written));
  if (std::strlen(written) >= size) return Return::kInsufficientSize;
  std::strcpy(text, written);
  return Return::kSuccess;
}

Return Unversioned() {
  CountMisuse(NvmlMisuse::kUnversionedSymbol);
  return Return::kFunctionNotFound;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

Return nvmlInit_v2() {
  return Initialize();
}

Return nvmlInitWithFlags(uint32_t) {
  return Initialize();
}

Return nvmlShutdown() {
  return Shutdown();
}

Return nvmlSystemGetDriverVersion(char* text, uint32_t size) {
  const Return result = Enter(NvmlFunction::kDriverVersion);
  if (text == nullptr || size == 0) {
    CountMisuse(NvmlMisuse::kNullPointer);
    return Return::kInvalidArgument;
  }
  Scribble(text, size);
  if (result == Return::kSuccess) std::snprintf(text, size, "999.99.99");
  return result;
}

Return nvmlDeviceGetCount_v2(uint32_t* count) {
  const Return result = Enter(NvmlFunction::kDeviceCount);
  if (count == nullptr) {
    CountMisuse(NvmlMisuse::kNullPointer);
    return Return::kInvalidArgument;
  }
  Scribble(count, sizeof(*count));
  if (result == Return::kSuccess) *count = Control().gpu_count;
  return result;
}

Return nvmlDeviceGetHandleByIndex_v2(uint32_t index, DeviceHandle* handle) {
  if (handle == nullptr) {
    CountMisuse(NvmlMisuse::kNullPointer);
    return Return::kInvalidArgument;
  }
  Scribble(handle, sizeof(*handle));
  const Return result = HandleByIndex(index, handle);
  if (result != Return::kSuccess) Scribble(handle, sizeof(*handle));
  return result;
}

Return nvmlDeviceGetUUID(DeviceHandle handle, char* text, uint32_t size) {
  return GetText(
      NvmlFunction::kUuid, handle, text, size, [](const GpuControl& gpu, char* out, size_t room) {
        std::snprintf(out, room, "GPU-%08x-fa4e-4e76-8d1c-000000000000", gpu.uuid_number.load());
      });
}

Return nvmlDeviceGetName(DeviceHandle handle, char* text, uint32_t size) {
  return GetText(NvmlFunction::kName, handle, text, size,
                 [](const GpuControl&, char* out, size_t room) {
                   std::snprintf(out, room, "NVIDIA Fake 80GB");
                 });
}

Return nvmlDeviceGetPciInfo_v3(DeviceHandle handle, PciInfo* info) {
  return Get(NvmlFunction::kPciInfo, handle, info, [](const GpuControl& gpu, PciInfo& out) {
    out = {};
    out.bus = 0x10 + static_cast<uint32_t>(&gpu - Control().gpus.data());
    std::snprintf(out.bus_id, sizeof(out.bus_id), "00000000:%02X:00.0", out.bus);
    std::snprintf(out.bus_id_legacy, sizeof(out.bus_id_legacy), "0000:%02X:00.0", out.bus);
  });
}

Return nvmlDeviceGetMinorNumber(DeviceHandle handle, uint32_t* minor) {
  return Get(NvmlFunction::kMinorNumber, handle, minor,
             [](const GpuControl& gpu, uint32_t& out) { out = gpu.minor_number; });
}

Return nvmlDeviceGetUtilizationRates(DeviceHandle handle, Utilization* utilization) {
  return Get(NvmlFunction::kUtilizationRates, handle, utilization,
             [](const GpuControl& gpu, Utilization& out) {
               out.gpu = gpu.gpu_percent;
               out.memory = gpu.memory_percent;
             });
}

Return nvmlDeviceGetMemoryInfo(DeviceHandle handle, MemoryV1* memory) {
  return Get(NvmlFunction::kMemoryInfo, handle, memory, [](const GpuControl& gpu, MemoryV1& out) {
    out.total = gpu.memory_total_bytes;
    out.used = gpu.memory_used_bytes + gpu.memory_reserved_bytes;
    out.free = out.total - out.used;
  });
}

Return nvmlDeviceGetTemperature(DeviceHandle handle, uint32_t, uint32_t* celsius) {
  return Get(NvmlFunction::kTemperature, handle, celsius, [](const GpuControl& gpu, uint32_t& out) {
    out = static_cast<uint32_t>(gpu.temperature_celsius.load());
  });
}

Return nvmlDeviceGetPowerUsage(DeviceHandle handle, uint32_t* milliwatts) {
  return Get(NvmlFunction::kPowerUsage, handle, milliwatts,
             [](const GpuControl& gpu, uint32_t& out) { out = gpu.power_milliwatts; });
}

Return nvmlDeviceGetPcieThroughput(DeviceHandle handle, PcieCounter counter, uint32_t* kbps) {
  return Get(NvmlFunction::kPcieThroughput, handle, kbps,
             [counter](const GpuControl& gpu, uint32_t& out) {
               BlockForPcieWindow();
               out = counter == PcieCounter::kTx ? gpu.pcie_tx_kbps : gpu.pcie_rx_kbps;
             });
}

// Names without a version: older interfaces that a caller binds by mistake.
Return nvmlInit() {
  return Unversioned();
}
Return nvmlDeviceGetCount(uint32_t*) {
  return Unversioned();
}
Return nvmlDeviceGetHandleByIndex(uint32_t, DeviceHandle*) {
  return Unversioned();
}
Return nvmlDeviceGetPciInfo(DeviceHandle, PciInfo*) {
  return Unversioned();
}

}  // extern "C"
#pragma GCC visibility pop

}  // namespace gpuscaler::fakes
