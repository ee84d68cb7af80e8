#include "sources/nvml/nvml_reads.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "base/log.h"
#include "base/strings.h"
#include "sources/nvml/nvlink_reads.h"
#include "sources/nvml/nvml_status.h"

namespace gpuscaler::sources::nvml {
namespace {

using catalog::Metric;
using telemetry::Readings;

constexpr double kBytesPerMib = 1024.0 * 1024.0;
// Beyond these an answer is garbage, whatever the GPU.
constexpr uint32_t kMaxMilliwatts = 100'000'000;
constexpr int32_t kMinCelsius = -100;
constexpr int32_t kMaxCelsius = 300;

bool Ok(const Outcome& outcome) {
  return outcome.code == Return::kSuccess;
}

Outcome Garbage(const Outcome& outcome, const char* problem) {
  return {outcome.code, outcome.function, problem};
}

Outcome ReadUtilization(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  Utilization utilization = {};
  const Outcome outcome = library.utilization_rates(device.handle, &utilization);
  if (!Ok(outcome)) return outcome;
  if (utilization.gpu > 100 || utilization.memory > 100) {
    return Garbage(outcome, "a utilization above 100%");
  }
  const base::SteadyTime now = base::Now();
  readings.Set(Metric::kGpuUtilization, utilization.gpu, now);
  readings.Set(Metric::kMemoryUtilization, utilization.memory, now);
  return outcome;
}

Outcome SetMemory(const Outcome& outcome, uint64_t total, uint64_t reserved, uint64_t used,
                  Readings& readings) {
  if (!Ok(outcome)) return outcome;
  if (reserved >= total || used > total) {
    return Garbage(outcome, "memory amounts that do not add up");
  }
  const base::SteadyTime now = base::Now();
  const auto usable = static_cast<double>(total - reserved);
  readings.Set(Metric::kMemoryUsedMib, static_cast<double>(used) / kBytesPerMib, now);
  readings.Set(Metric::kMemoryTotalMib, static_cast<double>(total) / kBytesPerMib, now);
  // The amounts are not read at one instant: a full GPU may seem overfull.
  readings.Set(Metric::kMemoryUsedPercent,
               std::min(100.0 * static_cast<double>(used) / usable, 100.0), now);
  return outcome;
}

Outcome ReadMemoryV2(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  MemoryV2 memory = {};
  memory.version = kMemoryV2Version;
  const Outcome outcome = library.memory_info_v2(device.handle, &memory);
  return SetMemory(outcome, memory.total, memory.reserved, memory.used, readings);
}

// `used` then includes what is reserved; how much that is, nobody says.
Outcome ReadMemoryV1(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  MemoryV1 memory = {};
  const Outcome outcome = library.memory_info(device.handle, &memory);
  return SetMemory(outcome, memory.total, 0, memory.used, readings);
}

Outcome SetTemperature(const Outcome& outcome, int32_t celsius, Readings& readings) {
  if (!Ok(outcome)) return outcome;
  if (celsius < kMinCelsius || celsius > kMaxCelsius) {
    return Garbage(outcome, "an impossible temperature");
  }
  readings.Set(Metric::kTemperature, celsius, base::Now());
  return outcome;
}

Outcome ReadTemperatureV(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  TemperatureV1 temperature = {kTemperatureV1Version, kTemperatureSensorGpu, 0};
  const Outcome outcome = library.temperature_v(device.handle, &temperature);
  return SetTemperature(outcome, temperature.celsius, readings);
}

Outcome ReadTemperature(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  uint32_t celsius = 0;
  const Outcome outcome = library.temperature(device.handle, kTemperatureSensorGpu, &celsius);
  return SetTemperature(outcome, static_cast<int32_t>(celsius), readings);
}

Outcome ReadPower(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  uint32_t milliwatts = 0;
  const Outcome outcome = library.power_usage(device.handle, &milliwatts);
  if (!Ok(outcome)) return outcome;
  if (milliwatts > kMaxMilliwatts) return Garbage(outcome, "an impossible power");
  readings.Set(Metric::kPowerDraw, milliwatts / 1000.0, base::Now());
  return outcome;
}

template <PcieCounter counter, Metric metric>
Outcome ReadPcie(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  uint32_t kbps = 0;
  const Outcome outcome = library.pcie_throughput(device.handle, counter, &kbps);
  if (Ok(outcome)) readings.Set(metric, kbps, base::Now());
  return outcome;
}

// One way to read; success means that the metrics of its row are set.
using ReadFunction = Outcome (*)(const NvmlLibrary&, NvmlDevice&, Readings&);

struct ReadRow {
  std::array<Metric, 3> metrics;
  size_t metric_count;
  // In order of preference; the first that is not absent is kept to.
  std::array<ReadFunction, 2> variants;

  constexpr std::span<const Metric> Metrics() const { return {metrics.data(), metric_count}; }
};

// clang-format off
constexpr std::array<ReadRow, kReadCount> kReads = {{
    {{Metric::kGpuUtilization, Metric::kMemoryUtilization}, 2, {ReadUtilization}},
    {{Metric::kMemoryUsedMib, Metric::kMemoryTotalMib, Metric::kMemoryUsedPercent}, 3,
     {ReadMemoryV2, ReadMemoryV1}},
    {{Metric::kTemperature}, 1, {ReadTemperatureV, ReadTemperature}},
    {{Metric::kPowerDraw}, 1, {ReadPower}},
    {{Metric::kNvlinkTxMbps, Metric::kNvlinkRxMbps}, 2, {ReadNvlinkTotals, ReadNvlinkByLink}},
    {{Metric::kPcieTxKbps}, 1, {ReadPcie<PcieCounter::kTx, Metric::kPcieTxKbps>}},
    {{Metric::kPcieRxKbps}, 1, {ReadPcie<PcieCounter::kRx, Metric::kPcieRxKbps>}},
}};
// clang-format on

constexpr bool EachMetricHasOneRead() {
  for (size_t metric = 0; metric < catalog::kGpuMetricCount; ++metric) {
    size_t reads = 0;
    for (const ReadRow& row : kReads) {
      for (size_t i = 0; i < row.metric_count; ++i) {
        if (row.metrics[i] == static_cast<Metric>(metric)) ++reads;
      }
    }
    if (reads != 1) return false;
  }
  return true;
}
static_assert(EachMetricHasOneRead(), "a GPU metric of the catalog has one row of kReads");

std::string About(const NvmlDevice& device) {
  return base::StrCat(" of GPU ", device.identity->index);
}

// Reads by the first variant that this GPU and driver have, and remembers it.
Outcome ReadByVariant(const NvmlLibrary& library, const ReadRow& row, uint8_t& variant,
                      NvmlDevice& device, Readings& readings) {
  Outcome outcome = {Return::kNotSupported, "", nullptr};
  while (variant < row.variants.size() && row.variants[variant] != nullptr) {
    outcome = row.variants[variant](library, device, readings);
    const Consequence consequence = ConsequenceOf(outcome.code);
    if (consequence == Consequence::kForbidden) {
      base::LogWarn("a quantity of a GPU may not be read in this container: it is absent",
                    {{"gpu", device.identity->index}, {"function", outcome.function}});
    } else if (consequence != Consequence::kAbsent) {
      return outcome;
    }
    ++variant;
  }
  return outcome;
}

absl::Status FailureOf(const NvmlDevice& device, const Outcome& outcome) {
  if (outcome.problem == nullptr) return ToStatus(outcome.function, outcome.code, About(device));
  return absl::UnavailableError(
      base::StrCat(outcome.function, About(device), " answered with ", outcome.problem));
}

void SeeDown(NvmlDevice& device, const absl::Status& status) {
  const bool is_down = !status.ok();
  if (device.down.load(std::memory_order_relaxed) == is_down) return;
  device.down.store(is_down, std::memory_order_relaxed);
  const telemetry::GpuIdentity& gpu = *device.identity;
  if (is_down) {
    base::LogError("a GPU cannot be read; the others go on",
                   {{"gpu", gpu.index}, {"uuid", gpu.uuid}, {"error", base::Message(status)}});
  } else {
    base::LogInfo("a GPU can be read again", {{"gpu", gpu.index}, {"uuid", gpu.uuid}});
  }
}

bool MeansNoAccess(const Outcome& outcome) {
  return outcome.code == Return::kUnknown || outcome.code == Return::kOperatingSystem;
}

}  // namespace

DeviceRead ReadDevice(const NvmlLibrary& library, catalog::Lane lane, NvmlDevice& device,
                      GpuSample& sample) {
  sample.identity = device.identity;
  sample.status = device.status;
  DeviceRead read;
  size_t calls = 0;
  size_t unknown = 0;
  for (size_t i = 0; i < kReads.size() && sample.status.ok(); ++i) {
    const ReadRow& row = kReads[i];
    if (catalog::Row(row.metrics[0]).lane != lane) continue;
    const Outcome outcome = ReadByVariant(library, row, device.variant[i], device, sample.readings);
    const Consequence consequence = ConsequenceOf(outcome.code);
    if (consequence == Consequence::kDriverGone) {
      read.gone = outcome;
      return read;
    }
    if (consequence == Consequence::kAbsent || consequence == Consequence::kForbidden) {
      for (const Metric metric : row.Metrics()) sample.readings.SetUnsupported(metric);
      continue;
    }
    ++calls;
    if (consequence == Consequence::kGpuDown) {
      sample.status = FailureOf(device, outcome);
      sample.readings = {};
    } else if (consequence == Consequence::kFailed || outcome.problem != nullptr) {
      for (const Metric metric : row.Metrics()) sample.readings.SetFailed(metric);
      if (sample.reading_failure.ok()) sample.reading_failure = FailureOf(device, outcome);
      if (MeansNoAccess(outcome) && ++unknown == calls) read.unknown = outcome;
    }
  }
  if (unknown != calls) read.unknown = {};
  SeeDown(device, sample.status);
  return read;
}

}  // namespace gpuscaler::sources::nvml
