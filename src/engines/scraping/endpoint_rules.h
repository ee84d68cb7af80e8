// Which schemes and ports an endpoint may name. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engines/endpoint/endpoint.h"

namespace gpuscaler::engines {

struct PortRange {
  uint16_t first;
  uint16_t last;
};

// "80,443,8000-8999". INVALID_ARGUMENT naming the part that is none.
absl::StatusOr<std::vector<PortRange>> ParsePorts(std::string_view text);

struct EndpointRules {
  bool plaintext = true;         // http as well as https
  std::vector<PortRange> ports;  // empty: all

  // PERMISSION_DENIED naming what is not allowed and what is.
  absl::Status Check(const Endpoint& endpoint) const;
};

}  // namespace gpuscaler::engines
