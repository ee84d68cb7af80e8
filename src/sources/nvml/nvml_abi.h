// NVML's binary interface, as much of it as is used: the driver's library is
// loaded at run time and no vendor header is needed.
//
// Layouts are those of x86-64 and aarch64. The exact versioned symbol is always
// bound: a name without a version is an older interface.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gpuscaler::sources::nvml {

// nvmlReturn_t. Drivers may return numbers that are not listed.
enum class Return : int32_t {
  kSuccess = 0,
  kUninitialized = 1,
  kInvalidArgument = 2,
  kNotSupported = 3,
  kNoPermission = 4,
  kAlreadyInitialized = 5,
  kNotFound = 6,
  kInsufficientSize = 7,
  kInsufficientPower = 8,
  kDriverNotLoaded = 9,
  kTimeout = 10,
  kIrqIssue = 11,
  kLibraryNotFound = 12,
  kFunctionNotFound = 13,
  kCorruptedInforom = 14,
  kGpuIsLost = 15,
  kResetRequired = 16,
  kOperatingSystem = 17,
  kLibRmVersionMismatch = 18,
  kInUse = 19,
  kMemory = 20,
  kNoData = 21,
  kArgumentVersionMismatch = 25,
  kDeprecated = 26,
  kNotReady = 27,
  kGpuNotFound = 28,
  kInvalidState = 29,
  kUnknown = 999,
};

struct Device;
using DeviceHandle = Device*;  // nvmlDevice_t: opaque

inline constexpr size_t kUuidSize = 96;
inline constexpr size_t kNameSize = 96;
inline constexpr size_t kDriverVersionSize = 80;

// NVML_STRUCT_VERSION of the header.
constexpr uint32_t StructVersion(size_t size, uint32_t version) {
  return static_cast<uint32_t>(size) | version << 24;
}

struct Utilization {
  uint32_t gpu;     // percent
  uint32_t memory;  // percent
};
static_assert(sizeof(Utilization) == 8 && offsetof(Utilization, memory) == 4);

struct MemoryV1 {
  uint64_t total;
  uint64_t free;
  uint64_t used;  // what is reserved included
};
static_assert(sizeof(MemoryV1) == 24 && offsetof(MemoryV1, free) == 8 &&
              offsetof(MemoryV1, used) == 16);

struct MemoryV2 {
  uint32_t version;
  uint64_t total;  // = reserved + free + used
  uint64_t reserved;
  uint64_t free;
  uint64_t used;
};
static_assert(sizeof(MemoryV2) == 40 && offsetof(MemoryV2, total) == 8 &&
              offsetof(MemoryV2, reserved) == 16 && offsetof(MemoryV2, free) == 24 &&
              offsetof(MemoryV2, used) == 32);
// The header's comment says 2, its macro this.
inline constexpr uint32_t kMemoryV2Version = StructVersion(sizeof(MemoryV2), 2);
static_assert(kMemoryV2Version == 0x02000028);

struct PciInfo {  // v3
  char bus_id_legacy[16];
  uint32_t domain;
  uint32_t bus;
  uint32_t device;
  uint32_t pci_device_id;
  uint32_t pci_subsystem_id;
  char bus_id[32];
};
static_assert(sizeof(PciInfo) == 68 && offsetof(PciInfo, domain) == 16 &&
              offsetof(PciInfo, pci_device_id) == 28 && offsetof(PciInfo, pci_subsystem_id) == 32 &&
              offsetof(PciInfo, bus_id) == 36);

inline constexpr uint32_t kTemperatureSensorGpu = 0;

struct TemperatureV1 {
  uint32_t version;
  uint32_t sensor;
  int32_t celsius;
};
static_assert(sizeof(TemperatureV1) == 12 && offsetof(TemperatureV1, sensor) == 4 &&
              offsetof(TemperatureV1, celsius) == 8);
inline constexpr uint32_t kTemperatureV1Version = StructVersion(sizeof(TemperatureV1), 1);
static_assert(kTemperatureV1Version == 0x0100000c);

enum class PcieCounter : uint32_t { kTx = 0, kRx = 1 };

enum class ValueType : int32_t {
  kDouble = 0,
  kUint32 = 1,
  kUnsignedLong = 2,
  kUint64 = 3,
  kInt64 = 4,
  kInt32 = 5,
  kUint16 = 6,
};

union FieldPayload {
  double f64;
  uint32_t u32;
  uint64_t u64;
  int64_t i64;
  int32_t i32;
  uint16_t u16;
};

struct FieldValue {
  uint32_t field;
  uint32_t scope;
  int64_t timestamp_us;
  int64_t latency_us;
  ValueType type;
  Return result;
  FieldPayload value;
};
static_assert(sizeof(FieldValue) == 40 && offsetof(FieldValue, scope) == 4 &&
              offsetof(FieldValue, timestamp_us) == 8 && offsetof(FieldValue, latency_us) == 16 &&
              offsetof(FieldValue, type) == 24 && offsetof(FieldValue, result) == 28 &&
              offsetof(FieldValue, value) == 32);

inline constexpr uint32_t kFieldNvlinkCount = 91;
inline constexpr uint32_t kFieldNvlinkDataTx = 138;     // cumulative KiB
inline constexpr uint32_t kFieldNvlinkDataRx = 139;     // cumulative KiB
inline constexpr uint32_t kFieldNvlinkXmitBytes = 202;  // cumulative bytes of one link
inline constexpr uint32_t kFieldNvlinkRcvBytes = 204;   // cumulative bytes of one link
inline constexpr uint32_t kScopeAllLinks = 0xFFFFFFFF;
inline constexpr uint32_t kMaxNvlinks = 36;  // the largest of any header

}  // namespace gpuscaler::sources::nvml
