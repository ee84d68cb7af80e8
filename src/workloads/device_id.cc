#include "workloads/device_id.h"

#include <charconv>

namespace gpuscaler::workloads {
namespace {

// The number that `text` begins with, which is taken off.
std::optional<uint32_t> TakeNumber(std::string_view& text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "" or "/vgpuM".
bool IsGkePart(std::string_view text) {
  if (Take(text, "/vgpu") && !TakeNumber(text)) return false;
  return text.empty();
}

}  // namespace

std::optional<GpuName> ReadDeviceId(std::string_view id) {
  if (id.starts_with("GPU-") || id.starts_with("MIG-")) {
    std::string_view uuid = id;
    if (const size_t replica = id.find("::"); replica != std::string_view::npos) {
      uuid = id.substr(0, replica);
      std::string_view number = id.substr(replica + 2);
      if (!TakeNumber(number) || !number.empty()) return std::nullopt;
    }
    return uuid.size() > 4 ? std::optional(GpuName{std::string(uuid), {}}) : std::nullopt;
  }
  std::string_view rest = id;
  if (!Take(rest, "nvidia")) return std::nullopt;
  const auto minor = TakeNumber(rest);
  if (!minor || !IsGkePart(rest)) return std::nullopt;
  return GpuName{"", minor};
}

std::optional<GpuName> ReadClaimDevice(std::string_view device_name) {
  if (!Take(device_name, "gpu-")) return std::nullopt;
  const auto minor = TakeNumber(device_name);
  if (!minor || !device_name.empty()) return std::nullopt;
  return GpuName{"", minor};
}

bool Names(const GpuName& name, const telemetry::GpuIdentity& identity) {
  if (!name.uuid.empty()) return name.uuid == identity.uuid;
  return name.minor && identity.minor == name.minor;
}

}  // namespace gpuscaler::workloads
