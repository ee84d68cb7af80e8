#include "cli/server_address.h"

#include <charconv>
#include <cstdint>

#include "base/strings.h"

namespace gpuscaler::cli {
namespace {

bool IsHostAndPort(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view port = address.substr(colon + 1);
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.begin(), port.end(), number);
  return error == std::errc() && end == port.end() && number != 0;
}

}  // namespace

absl::Status CheckServerAddress(std::string_view flag, std::string_view address) {
  if (IsHostAndPort(address)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      base::StrCat(flag, " is \"", address, "\"; it must be HOST:PORT, the port from 1 to 65535"));
}

}  // namespace gpuscaler::cli
