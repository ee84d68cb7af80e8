// Where a node reports to: names of gateways, and the addresses behind them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace gpuscaler::fleet {

struct GatewayName {
  std::string host;  // a DNS name or an IP address
  uint16_t port = 0;
};

// Reads "dns:NAME:PORT", "NAME:PORT", "10.0.0.7:PORT", "[fd00::7]:PORT", or several
// of these with commas between. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<std::vector<GatewayName>> ParseGatewayNames(std::string_view text);

struct GatewayAddress {
  std::string target;  // as gRPC takes it: "ipv4:10.0.0.7:6001", "ipv6:[fd00::7]:6001"
  std::string host;    // the name behind which it was found

  bool operator==(const GatewayAddress&) const = default;
};

// Every address behind the name, each once, ascending. Blocks for as long as the
// system's resolver does. UNAVAILABLE: the name is not known, or nobody could be
// asked.
absl::StatusOr<std::vector<GatewayAddress>> Resolve(const GatewayName& name);

}  // namespace gpuscaler::fleet
