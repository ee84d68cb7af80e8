#include "sources/nvml/nvml_session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "sources/nvml/nvml_status.h"

namespace gpuscaler::sources::nvml {
namespace {

constexpr uint32_t kMaxGpus = 256;

absl::Status ToStatus(const Outcome& outcome, uint32_t index) {
  return nvml::ToStatus(outcome.function, outcome.code, base::StrCat(" of GPU ", index));
}

// What `ask(buffer, size)` writes; empty when it fails.
template <size_t size, class Ask>
std::string Text(Outcome& outcome, Ask ask) {
  char buffer[size] = {};
  outcome = ask(buffer, uint32_t{size});
  if (outcome.code != Return::kSuccess) return {};
  return std::string(buffer, strnlen(buffer, size));
}

// Fills handle and identity, or the status that says why not.
void Identify(const NvmlLibrary& library, uint32_t index, NvmlDevice& device) {
  auto identity = std::make_shared<telemetry::GpuIdentity>();
  identity->index = index;
  Outcome outcome = library.handle_by_index(index, &device.handle);
  if (outcome.code == Return::kSuccess) {
    identity->uuid = Text<kUuidSize>(
        outcome, [&](char* b, uint32_t n) { return library.uuid(device.handle, b, n); });
  }
  if (outcome.code != Return::kSuccess) {
    device.handle = nullptr;
    device.status = ToStatus(outcome, index);
  } else {
    // A GPU without a name or an address is still one.
    Outcome ignored;
    identity->name = Text<kNameSize>(
        ignored, [&](char* b, uint32_t n) { return library.name(device.handle, b, n); });
    PciInfo pci = {};
    if (library.pci_info(device.handle, &pci).code == Return::kSuccess) {
      identity->pci_bus_id.assign(pci.bus_id, strnlen(pci.bus_id, sizeof(pci.bus_id)));
    }
    uint32_t minor = 0;
    if (library.minor_number(device.handle, &minor).code == Return::kSuccess) {
      identity->minor = minor;
    }
  }
  device.identity = std::move(identity);
}

bool HasUuid(const std::deque<NvmlDevice>& devices, const std::string& uuid) {
  return std::any_of(devices.begin(), devices.end(),
                     [&](const NvmlDevice& d) { return d.identity->uuid == uuid; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<NvmlSession>> NvmlSession::Open(const std::string& library_path,
                                                               const Identities& known) {
  auto library = NvmlLibrary::Load(library_path);
  if (!library.ok()) return library.status();
  const Outcome init =
      (*library)->init ? (*library)->init() : (*library)->init_with_flags(uint32_t{0});
  if (init.code != Return::kSuccess) return nvml::ToStatus(init.function, init.code);
  std::unique_ptr<NvmlSession> session(new NvmlSession(*std::move(library)));
  if (absl::Status status = session->Enumerate(known); !status.ok()) return status;

  Outcome ignored;
  const std::string version = Text<kDriverVersionSize>(
      ignored, [&](char* b, uint32_t n) { return session->library_->driver_version(b, n); });
  base::LogInfo("opened the NVIDIA driver",
                {{"driver_version", version}, {"gpus", session->devices_.size()}});
  return session;
}

NvmlSession::~NvmlSession() {
  // Its answer changes nothing: after somebody else's shutdown it is an error.
  library_->shutdown();
}

absl::Status NvmlSession::Enumerate(const Identities& known) {
  uint32_t count = 0;
  const Outcome counted = library_->device_count(&count);
  if (counted.code != Return::kSuccess) return nvml::ToStatus(counted.function, counted.code);
  if (count == 0) {
    return absl::UnavailableError(
        "the NVIDIA driver is loaded but shows this container no GPU: run the pod on a GPU node "
        "with runtimeClassName: nvidia and NVIDIA_VISIBLE_DEVICES=all");
  }
  if (count > kMaxGpus) {
    return absl::UnavailableError(
        base::StrCat(counted.function, " answered with ", count, " GPUs, which cannot be right"));
  }
  for (uint32_t index = 0; index < count; ++index) {
    Identify(*library_, index, devices_.emplace_back());
  }
  const auto readable = [](const NvmlDevice& device) { return device.status.ok(); };
  if (std::none_of(devices_.begin(), devices_.end(), readable)) return devices_.front().status;

  for (NvmlDevice& device : devices_) {
    const uint32_t index = device.identity->index;
    if (readable(device) || index >= known.size()) continue;
    if (!HasUuid(devices_, known[index]->uuid)) device.identity = known[index];
  }
  return absl::OkStatus();
}

LaneRead NvmlSession::Read(catalog::Lane lane) {
  LaneRead read;
  read.samples.resize(devices_.size());
  size_t unknown = 0;
  for (size_t i = 0; i < devices_.size(); ++i) {
    const DeviceRead device = ReadDevice(*library_, lane, devices_[i], read.samples[i]);
    if (device.gone.code != Return::kSuccess) {
      read.gone = device.gone;
      return read;
    }
    if (!read.samples[i].status.ok()) ++read.down;
    if (device.unknown.code == Return::kSuccess) continue;
    if (++unknown == devices_.size()) read.unknown = device.unknown;
  }
  if (lane == catalog::Lane::kFull) {
    uint32_t count = 0;
    const Outcome counted = library_->device_count(&count);
    if (ConsequenceOf(counted.code) == Consequence::kDriverGone) read.gone = counted;
    read.count_changed = counted.code == Return::kSuccess && count != devices_.size();
  }
  return read;
}

Identities NvmlSession::identities() const {
  Identities identities;
  for (const NvmlDevice& device : devices_) identities.push_back(device.identity);
  return identities;
}

}  // namespace gpuscaler::sources::nvml
