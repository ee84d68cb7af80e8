// The symbols that older drivers lack: fake_nvml_old is built without them.
#include "fakes/nvml/get.h"

namespace gpuscaler::fakes {
namespace {

using sources::nvml::FieldValue;
using sources::nvml::MemoryV2;
using sources::nvml::TemperatureV1;
using sources::nvml::ValueType;

void Store(uint64_t value, ValueType type, FieldValue& field) {
  field.type = type;
  switch (type) {
    case ValueType::kDouble:
      field.value.f64 = static_cast<double>(value);
      break;
    case ValueType::kUint32:
      field.value.u32 = static_cast<uint32_t>(value);
      break;
    default:
      field.value.u64 = value;
  }
}

// All of it for all links; else this link's share, link 0 having the remainder.
uint64_t BytesOf(const GpuControl& gpu, const GrowingCounter& counter, uint32_t scope) {
  const uint64_t bytes = ValueNow(counter);
  if (scope == sources::nvml::kScopeAllLinks) return bytes;
  const uint64_t links = gpu.nvlink_links;
  return bytes / links + (scope == 0 ? bytes % links : 0);
}

struct FieldRow {
  uint32_t field;
  Nvlink offered_by;
  GrowingCounter GpuControl::*counter;
  uint64_t unit;  // bytes
};
constexpr FieldRow kFields[] = {
    {sources::nvml::kFieldNvlinkDataTx, Nvlink::kTotals, &GpuControl::nvlink_tx, 1024},
    {sources::nvml::kFieldNvlinkDataRx, Nvlink::kTotals, &GpuControl::nvlink_rx, 1024},
    {sources::nvml::kFieldNvlinkXmitBytes, Nvlink::kByLink, &GpuControl::nvlink_tx, 1},
    {sources::nvml::kFieldNvlinkRcvBytes, Nvlink::kByLink, &GpuControl::nvlink_rx, 1},
};

Return FillField(const GpuControl& gpu, FieldValue& field) {
  if (const Return result = gpu.nvlink_result; result != Return::kSuccess) return result;
  if (field.field == sources::nvml::kFieldNvlinkCount) {
    if (gpu.nvlink == Nvlink::kNone) return Return::kNotSupported;
    Store(gpu.nvlink_links, ValueType::kUint32, field);
    return Return::kSuccess;
  }
  for (const FieldRow& row : kFields) {
    if (row.field != field.field) continue;
    if (row.offered_by != gpu.nvlink) return Return::kNotSupported;
    const bool all = field.scope == sources::nvml::kScopeAllLinks;
    if (all && row.offered_by == Nvlink::kByLink) return Return::kInvalidArgument;
    if (!all && field.scope >= gpu.nvlink_links) return Return::kInvalidArgument;
    if (!all && (gpu.nvlink_down >> field.scope & 1) != 0) return Return::kNotSupported;
    Store(BytesOf(gpu, gpu.*row.counter, field.scope) / row.unit, gpu.nvlink_type, field);
    return Return::kSuccess;
  }
  return Return::kInvalidArgument;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

Return nvmlDeviceGetMemoryInfo_v2(DeviceHandle handle, MemoryV2* memory) {
  const bool version_is_right =
      memory == nullptr || memory->version == sources::nvml::kMemoryV2Version;
  const Return result =
      Get(NvmlFunction::kMemoryInfoV2, handle, memory, [](const GpuControl& gpu, MemoryV2& out) {
        out.version = sources::nvml::kMemoryV2Version;
        out.total = gpu.memory_total_bytes;
        out.reserved = gpu.memory_reserved_bytes;
        out.used = gpu.memory_used_bytes;
        out.free = out.total - out.reserved - out.used;
      });
  if (version_is_right) return result;
  CountMisuse(NvmlMisuse::kWrongVersion);
  Scribble(memory, sizeof(*memory));
  return Return::kArgumentVersionMismatch;
}

Return nvmlDeviceGetTemperatureV(DeviceHandle handle, TemperatureV1* temperature) {
  const bool version_is_right =
      temperature == nullptr || temperature->version == sources::nvml::kTemperatureV1Version;
  const Return result = Get(NvmlFunction::kTemperatureV, handle, temperature,
                            [](const GpuControl& gpu, TemperatureV1& out) {
                              out.version = sources::nvml::kTemperatureV1Version;
                              out.sensor = sources::nvml::kTemperatureSensorGpu;
                              out.celsius = gpu.temperature_celsius;
                            });
  if (version_is_right) return result;
  CountMisuse(NvmlMisuse::kWrongVersion);
  Scribble(temperature, sizeof(*temperature));
  return Return::kArgumentVersionMismatch;
}

Return nvmlDeviceGetMigMode(DeviceHandle handle, uint32_t* now, uint32_t* pending) {
  const Return result = Get(NvmlFunction::kMigMode, handle, now,
                            [](const GpuControl& gpu, uint32_t& out) { out = gpu.mig; });
  if (pending != nullptr) *pending = result == Return::kSuccess ? *now : 0;
  return result;
}

Return nvmlDeviceGetPersistenceMode(DeviceHandle handle, uint32_t* on) {
  return Get(NvmlFunction::kPersistenceMode, handle, on,
             [](const GpuControl& gpu, uint32_t& out) { out = gpu.persistence; });
}

Return nvmlDeviceGetFieldValues(DeviceHandle handle, int count, FieldValue* fields) {
  GpuControl* gpu = nullptr;
  const Return result = EnterDevice(NvmlFunction::kFieldValues, handle, &gpu);
  if (fields == nullptr || count <= 0) {
    CountMisuse(NvmlMisuse::kNullPointer);
    return Return::kInvalidArgument;
  }
  for (int i = 0; i < count; ++i) {
    FieldValue& field = fields[i];
    const uint32_t id = field.field;
    const uint32_t scope = field.scope;
    Scribble(&field, sizeof(field));
    field.field = id;
    field.scope = scope;
    if (result == Return::kSuccess) field.result = FillField(*gpu, field);
  }
  return result;
}

}  // extern "C"
#pragma GCC visibility pop

}  // namespace gpuscaler::fakes
