#include "workloads/cdi_spec.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"
#include "workloads/cdi_document.h"

namespace gpuscaler::workloads {
namespace {

constexpr std::string_view kGpuFile = "/dev/nvidia";
constexpr std::string_view kCapabilityFile = "/dev/nvidia-caps/nvidia-cap";
// The numbers 1 and 2 allow to configure and to watch MIG on all GPUs, those above an
// instance each (/proc/driver/nvidia-caps/mig-minors).
constexpr uint32_t kFirstInstance = 3;
constexpr uint32_t kGpuMajor = 195;

std::optional<uint32_t> ToNumber(std::string_view text) {
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

// N of a path that ends with `file` and N: the driver's root may be elsewhere on the
// node, as in /run/nvidia/driver/dev/nvidia0.
std::optional<uint32_t> NumberAfter(std::string_view file, std::string_view path) {
  const size_t at = path.rfind(file);
  return at == std::string_view::npos ? std::nullopt : ToNumber(path.substr(at + file.size()));
}

std::string_view HostPath(const CdiDeviceNode& node) {
  return node.host_path.empty() ? node.path : node.host_path;
}

std::optional<uint32_t> GpuMinor(const CdiDeviceNode& node) {
  const auto named = NumberAfter(kGpuFile, HostPath(node));
  if (!named || ToNumber(node.major) != kGpuMajor) return named;
  return node.minor.empty() ? 0 : ToNumber(node.minor);
}

bool IsInstance(const CdiDeviceNode& node) {
  const auto number = NumberAfter(kCapabilityFile, HostPath(node));
  return number && *number >= kFirstInstance;
}

void Add(GpuName gpu, CdiDevice& device) {
  const bool known = std::any_of(
      device.gpus.begin(), device.gpus.end(),
      [&gpu](const GpuName& other) { return other.uuid == gpu.uuid && other.minor == gpu.minor; });
  if (!known) device.gpus.push_back(std::move(gpu));
}

void AddUuid(std::string_view text, CdiDevice& device) {
  const auto gpu = ReadDeviceId(text);
  if (!gpu || gpu->uuid.empty()) return;  // "void", "all", an index: names none
  if (gpu->uuid.starts_with("MIG-")) {
    device.is_mig = true;
  } else {
    Add(*gpu, device);
  }
}

void AddUuids(std::string_view list, CdiDevice& device) {
  while (!list.empty() && device.gpus.size() <= kMostCdiGpus) {
    const size_t comma = std::min(list.find(','), list.size());
    AddUuid(list.substr(0, comma), device);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

void AddFiles(const CdiEdits& edits, CdiDevice& device) {
  for (const CdiDeviceNode& node : edits.device_nodes) {
    if (IsInstance(node)) device.is_mig = true;
    if (const auto minor = GpuMinor(node)) Add({"", minor}, device);
    if (device.gpus.size() > kMostCdiGpus) return;
  }
}

// `common`: what all devices of the spec get, and `meaning` what the files of that
// stand for.
CdiDevice Meaning(const CdiDocument::Device& device, const CdiEdits& common, CdiDevice meaning) {
  AddFiles(device.edits, meaning);
  if (meaning.gpus.empty()) AddUuids(common.visible_devices, meaning);
  if (meaning.gpus.empty()) AddUuids(device.edits.visible_devices, meaning);
  // A part of a GPU is called by its own UUID, whatever files it comes with.
  if (meaning.gpus.empty() || device.name.starts_with("MIG-")) AddUuid(device.name, meaning);
  if (meaning.is_mig) meaning.gpus.clear();
  return meaning;
}

bool IsAlphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Letters and digits, and `others` between them.
bool IsName(std::string_view text, std::string_view others) {
  return !text.empty() && IsAlphanumeric(text.front()) && IsAlphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [others](char c) {
           return IsAlphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

bool IsKind(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  for (const std::string_view part : {text.substr(0, slash), text.substr(slash + 1)}) {
    if (!IsName(part, "_-.") || std::isdigit(static_cast<unsigned char>(part.front())) != 0) {
      return false;
    }
  }
  return true;
}

absl::Status Refuse(std::string_view what) {
  return absl::InvalidArgumentError(base::ToAbsl(what));
}

absl::Status CheckDocument(const CdiDocument& document) {
  if (document.version.empty()) return Refuse("it has no cdiVersion");
  if (!IsKind(document.kind)) {
    return Refuse(base::StrCat("kind is ", base::QuotedStart(document.kind),
                               "; it must be VENDOR/CLASS, like nvidia.com/gpu"));
  }
  if (document.devices.empty() || document.devices.size() > kMostCdiDevices) {
    return Refuse(base::StrCat("it has ", document.devices.size(), " devices; allowed are 1 to ",
                               kMostCdiDevices));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CdiDevices> ReadCdiSpec(const std::string& text) {
  const auto document = ReadCdiDocument(text);
  if (!document.ok()) return document.status();
  if (absl::Status fits = CheckDocument(*document); !fits.ok()) return fits;
  CdiDevice common;
  AddFiles(document->edits, common);
  CdiDevices devices;
  for (const CdiDocument::Device& device : document->devices) {
    const auto refuse = [&device](std::string_view what) {
      return Refuse(base::StrCat("device ", base::QuotedStart(device.name), " ", what));
    };
    if (!IsName(device.name, "_-.:")) {
      return refuse("has no name of letters and digits with _ - . : between them");
    }
    CdiDevice meaning = Meaning(device, document->edits, common);
    if (meaning.gpus.size() > kMostCdiGpus) {
      return refuse(base::StrCat("has more GPUs than the ", kMostCdiGpus, " that are allowed"));
    }
    const bool is_new =
        devices.emplace(base::StrCat(document->kind, "=", device.name), std::move(meaning)).second;
    if (!is_new) return refuse("is there twice");
  }
  return devices;
}

}  // namespace gpuscaler::workloads
