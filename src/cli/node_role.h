// Runs the node role until it is told to stop.
#pragma once

#include "cli/node_options.h"

namespace gpuscaler::cli {

// Until SIGTERM or SIGINT. The process's exit code: 0, or 2 after one line on
// standard error when the options cannot be served.
int RunNode(const NodeOptions& options);

}  // namespace gpuscaler::cli
