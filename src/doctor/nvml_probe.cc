#include "doctor/nvml_probe.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "base/periodic_thread.h"
#include "base/strings.h"
#include "catalog/metrics.h"
#include "sources/nvml/nvml_session.h"
#include "sources/nvml/nvml_status.h"

namespace gpuscaler::doctor {
namespace {

namespace nvml = sources::nvml;
using nvml::NvmlLibrary;
using nvml::Outcome;
using nvml::Return;

// Pause between two readings of NVLink, whose rate is a difference.
constexpr auto kBetweenReads = std::chrono::milliseconds(50);

// A mode of a GPU: 0 off, 1 on.
using ModeCall = nvml::Symbol<Return(nvml::DeviceHandle, uint32_t*)>;
using MigCall = nvml::Symbol<Return(nvml::DeviceHandle, uint32_t*, uint32_t*)>;

struct CloseLibrary {
  void operator()(void* library) const { dlclose(library); }
};
using LibraryHandle = std::unique_ptr<void, CloseLibrary>;

// The library that is loaded already, once more.
LibraryHandle Loaded(const std::string& path) {
  return LibraryHandle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD));
}

std::string PathOf(void* library) {
  link_map* map = nullptr;
  if (library == nullptr || dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr)
    return "";
  return map->l_name;
}

template <class Symbol>
void AddMissing(const Symbol& symbol, const char* without, std::vector<MissingFunction>& missing) {
  if (!symbol) missing.push_back({symbol.name(), without});
}

// What each function that a driver may lack is for.
std::vector<MissingFunction> Missing(const NvmlLibrary& library) {
  std::vector<MissingFunction> missing;
  AddMissing(library.utilization_rates, "gpu_utilization and memory_utilization are absent",
             missing);
  if (!library.memory_info && !library.memory_info_v2) {
    missing.push_back({library.memory_info.name(), "memory_* metrics are absent"});
  } else {
    AddMissing(library.memory_info_v2,
               "memory_used_percent counts what the driver reserves as used", missing);
  }
  if (!library.temperature && !library.temperature_v) {
    missing.push_back({library.temperature.name(), "temperature is absent"});
  }
  AddMissing(library.power_usage, "power_draw is absent", missing);
  AddMissing(library.pcie_throughput, "pcie_tx_kbps and pcie_rx_kbps are absent", missing);
  AddMissing(library.field_values, "nvlink_tx_mbps and nvlink_rx_mbps are absent", missing);
  return missing;
}

void Merge(const sources::GpuSample& lane_sample, catalog::Lane lane, sources::GpuSample& sample) {
  sample.identity = lane_sample.identity;
  sample.status.Update(lane_sample.status);
  sample.reading_failure.Update(lane_sample.reading_failure);
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (row.lane == lane) sample.readings[row.id] = lane_sample.readings[row.id];
  }
}

}  // namespace

std::shared_ptr<NvmlProbe> NvmlProbe::Start(const Subject& subject) {
  auto probe = std::make_shared<NvmlProbe>();
  if (!subject.is_node || !subject.reads_hardware) return probe;
  {
    base::MutexLock lock(probe->mutex_);
    probe->ended_ = false;
  }
  std::thread([probe, path = subject.nvml_library] {
    base::SetThreadName("nvml-probe");
    probe->Run(path);
  }).detach();
  return probe;
}

std::optional<NvmlFacts> NvmlProbe::Await(NvmlStage stage, base::SteadyTime deadline) const {
  base::MutexLock lock(mutex_);
  while (stage_ < stage && !ended_) {
    if (base::Now() >= deadline) return std::nullopt;
    reached_.WaitUntil(mutex_, {}, deadline);
  }
  return facts_;
}

std::string NvmlProbe::calling() const {
  base::MutexLock lock(mutex_);
  return calling_;
}

bool NvmlProbe::hangs() const {
  base::MutexLock lock(mutex_);
  return !ended_;
}

void NvmlProbe::Calling(std::string call) {
  base::MutexLock lock(mutex_);
  calling_ = std::move(call);
}

void NvmlProbe::Reach(NvmlStage stage, NvmlFacts facts) {
  {
    base::MutexLock lock(mutex_);
    facts_ = std::move(facts);
    stage_ = stage;
  }
  reached_.NotifyAll();
}

void NvmlProbe::Run(const std::string& library_path) {
  Calling(base::StrCat("dlopen of ", library_path));
  {
    const auto library = NvmlLibrary::Load(library_path);
    found_.library = library.status();
    if (library.ok()) {
      found_.path = PathOf(Loaded(library_path).get());
      found_.missing = Missing(**library);
    }
    Reach(NvmlStage::kLibrary, found_);
    if (library.ok()) Look(**library, library_path);
  }
  {
    base::MutexLock lock(mutex_);
    ended_ = true;
  }
  reached_.NotifyAll();
}

void NvmlProbe::Look(const NvmlLibrary& library, const std::string& library_path) {
  Calling("nvmlInit_v2");
  const Outcome init = library.init ? library.init() : library.init_with_flags(uint32_t{0});
  Outcome failed = init;
  if (init.code == Return::kSuccess) {
    Calling("nvmlSystemGetDriverVersion");
    char version[nvml::kDriverVersionSize] = {};
    if (library.driver_version(version, sizeof(version)).code == Return::kSuccess) {
      found_.driver_version.assign(version, strnlen(version, sizeof(version)));
    }
    Calling("nvmlDeviceGetCount_v2");
    failed = library.device_count(&found_.gpu_count);
  }
  if (failed.code != Return::kSuccess) {
    found_.init = nvml::ToStatus(failed.function, failed.code);
  }
  Reach(NvmlStage::kInit, found_);
  if (failed.code == Return::kSuccess && found_.gpu_count > 0) {
    AskModes(library, library_path, found_.gpu_count);
    Read(library_path);
  }
  if (init.code == Return::kSuccess) library.shutdown();
}

void NvmlProbe::AskModes(const NvmlLibrary& library, const std::string& library_path,
                         uint32_t count) {
  found_.mig.resize(count);
  found_.persistence.resize(count);
  if (const LibraryHandle handle = Loaded(library_path); handle != nullptr) {
    const MigCall mig(handle.get(), "nvmlDeviceGetMigMode");
    const ModeCall persistence(handle.get(), "nvmlDeviceGetPersistenceMode");
    for (uint32_t index = 0; index < count; ++index) {
      Calling(base::StrCat("a mode of GPU ", index));
      nvml::DeviceHandle device = nullptr;
      if (library.handle_by_index(index, &device).code != Return::kSuccess) continue;
      uint32_t now = 0;
      uint32_t pending = 0;
      if (mig(device, &now, &pending).code == Return::kSuccess) found_.mig[index] = now == 1;
      if (persistence(device, &now).code == Return::kSuccess) found_.persistence[index] = now == 1;
    }
  }
  Reach(NvmlStage::kModes, found_);
}

void NvmlProbe::Read(const std::string& library_path) {
  Calling("a GPU's name");
  auto session = nvml::NvmlSession::Open(library_path, {});
  found_.session = session.status();
  if (session.ok()) {
    // Of a rate's first reading nothing follows.
    Calling("a reading of the lane full");
    (*session)->Read(catalog::Lane::kFull);
    std::this_thread::sleep_for(kBetweenReads);
    for (const catalog::Lane lane :
         {catalog::Lane::kFull, catalog::Lane::kFast, catalog::Lane::kBandwidth}) {
      Calling(base::StrCat("a reading of the lane ", catalog::LaneName(lane)));
      const nvml::LaneRead read = (*session)->Read(lane);
      if (read.gone.code != Return::kSuccess) {
        found_.session = nvml::ToStatus(read.gone.function, read.gone.code);
        break;
      }
      found_.samples.resize(read.samples.size());
      for (size_t i = 0; i < read.samples.size(); ++i) {
        Merge(read.samples[i], lane, found_.samples[i]);
      }
    }
  }
  Reach(NvmlStage::kRead, found_);
}

}  // namespace gpuscaler::doctor
