// Runs a role of the program until it is told to stop.
#pragma once

#include <string>

#include "cli/front_options.h"
#include "cli/gateway_options.h"
#include "cli/node_options.h"

namespace gpuscaler::cli {

struct RoleOptions {
  std::string role = "node";  // or "gateway"
  FrontOptions front;
  NodeOptions node;
  GatewayOptions gateway;
};

// Until SIGTERM or SIGINT. The process's exit code: 0, or 2 after one line on
// standard error when the options cannot be served.
int RunRole(const RoleOptions& options);

}  // namespace gpuscaler::cli
