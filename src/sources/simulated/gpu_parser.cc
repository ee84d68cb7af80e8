#include "sources/simulated/gpu_parser.h"

#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "sources/simulated/waveform_parser.h"
#include "telemetry/codec.h"

namespace gpuscaler::sources {
namespace {

using catalog::Metric;

constexpr size_t kMaxText = 95;  // NVML's longest name

Names KnownKeys() {
  Names known = {"name", "uuid", "count", "phase_step"};
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    known.push_back(row.name);
  }
  return known;
}

// Fills in the one of the two used-memory metrics that the file leaves out,
// where it can be computed.
void Derive(const YamlMap& map, SimulatedGpu* gpu) {
  const auto& total = gpu->waves[static_cast<size_t>(Metric::kMemoryTotalMib)];
  const auto& used = gpu->waves[static_cast<size_t>(Metric::kMemoryUsedMib)];
  const auto& percent = gpu->waves[static_cast<size_t>(Metric::kMemoryUsedPercent)];
  if (!total.has_value()) return;
  if (total->Lowest() <= 0) {
    map.Fail("memory_total_mib", "memory_total_mib is 0; allowed is more than that");
  }
  if (used.has_value() && used->Highest() > total->Lowest()) {
    map.Fail("memory_used_mib",
             base::StrCat("memory_used_mib reaches ", used->Highest(),
                          "; allowed is at most memory_total_mib, ", total->Lowest()));
  }
  gpu->percent_from_used = used.has_value() && map.Find("memory_used_percent") == nullptr;
  gpu->used_from_percent = percent.has_value() && map.Find("memory_used_mib") == nullptr;
}

std::shared_ptr<const telemetry::GpuIdentity> Identity(const YamlMap& map, uint32_t index) {
  telemetry::GpuIdentity identity;
  identity.index = index;
  identity.name = map.Text("name", "Simulated GPU");
  identity.uuid = map.Text("uuid", absl::StrFormat("GPU-00000000-0000-4000-8000-%012x", index));
  identity.pci_bus_id = absl::StrFormat("%08X:%02X:00.0", index / 256, index % 256);
  for (const std::string_view key : {"name", "uuid"}) {
    const std::string& text = key == "name" ? identity.name : identity.uuid;
    if (text.size() > kMaxText) {
      map.Fail(key,
               base::StrCat(key, " is ", text.size(), " characters long; allowed are ", kMaxText));
    }
  }
  return std::make_shared<const telemetry::GpuIdentity>(std::move(identity));
}

void AddGpus(const YamlMap& map, FirstError* error, std::vector<SimulatedGpu>* gpus) {
  map.CheckKeys(KnownKeys());
  const uint64_t count = map.Whole("count", 1, telemetry::kMaxGpus, 1);
  const double phase_step = map.Number("phase_step", -1, 1, 0);
  if (count > 1 && map.Find("uuid") != nullptr) {
    map.Fail("uuid", "uuid together with count: GPUs alike cannot share one; leave it out");
  }
  SimulatedGpu first;
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    const YamlEntry* entry = map.Find(row.name);
    if (entry == nullptr) continue;
    first.waves[static_cast<size_t>(row.id)] = ParseWaveform(row, *entry, error);
  }
  Derive(map, &first);
  for (uint64_t copy = 0; copy < count && gpus->size() <= telemetry::kMaxGpus; ++copy) {
    SimulatedGpu gpu = first;
    gpu.identity = Identity(map, static_cast<uint32_t>(gpus->size()));
    for (auto& wave : gpu.waves) {
      if (wave.has_value()) wave = ForCopy(*wave, copy, phase_step);
    }
    for (const SimulatedGpu& other : *gpus) {
      if (other.identity->uuid == gpu.identity->uuid) {
        map.Fail("uuid",
                 base::StrCat("uuid \"", gpu.identity->uuid, "\" is there twice; allowed is once"));
      }
    }
    gpus->push_back(std::move(gpu));
  }
}

}  // namespace

std::vector<SimulatedGpu> ParseGpus(const YamlMap& file, FirstError* error) {
  std::vector<SimulatedGpu> gpus;
  for (const YAML::Node& node : file.List("gpus")) {
    if (gpus.size() > telemetry::kMaxGpus) break;
    AddGpus(YamlMap(node, LineOf(node), "a GPU", error), error, &gpus);
  }
  if (gpus.size() > telemetry::kMaxGpus) {
    file.Fail("gpus", base::StrCat("more than ", telemetry::kMaxGpus, " GPUs; allowed are ",
                                   telemetry::kMaxGpus));
  }
  return gpus;
}

}  // namespace gpuscaler::sources
