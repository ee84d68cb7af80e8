// The program as it runs on a GPU node: source, sampler, store, gRPC and HTTP,
// constructed in that order and taken down in the other.
#pragma once

#include <cstdint>
#include <string>

#include "base/log.h"
#include "cli/duration_flag.h"
#include "cli/source_options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct NodeOptions {
  uint16_t port = 6000;
  uint16_t metrics_port = 9090;
  uint16_t probe_port = 8081;
  std::string bind_address;
  std::string node_name;
  std::string log_level = "info";
  DurationFlag health_check_interval{std::chrono::seconds(10)};
  DurationFlag fast_interval{std::chrono::milliseconds(200)};
  DurationFlag poll_interval{std::chrono::seconds(2)};
  DurationFlag stale_after{std::chrono::seconds(10)};
  size_t max_connections = 1024;
  size_t max_streams = 4096;
  SourceOptions source;
};

void AddNodeFlags(CLI::App& app, NodeOptions& options);

// Runs until SIGTERM or SIGINT. The process's exit code: 0, or 2 after one line
// on standard error when the options cannot be served.
int RunNode(const NodeOptions& options);

}  // namespace gpuscaler::cli
