// The flags of the gateway role.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct GatewayOptions {
  uint16_t report_port = 6001;
  std::string report_client_ca;
  size_t max_nodes = 8192;
};

void AddGatewayFlags(CLI::App& app, GatewayOptions& options);

}  // namespace gpuscaler::cli
