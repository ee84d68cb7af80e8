// The flags of the node role.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/duration_flag.h"
#include "cli/source_options.h"
#include "workloads/kubelet_client.h"

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
  uint64_t max_memory_mib = 256;
  std::string pod_resources_socket = workloads::KubeletClient::kDefaultSocket;
  std::vector<std::string> gpu_resources;
  std::string pod_name;
  std::string pod_namespace;
  SourceOptions source;
};

void AddNodeFlags(CLI::App& app, NodeOptions& options);

// INVALID_ARGUMENT: an interval out of its range, or one that contradicts
// another.
absl::Status CheckIntervals(const NodeOptions& options);

}  // namespace gpuscaler::cli
