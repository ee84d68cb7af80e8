// The flags of the node role.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/duration_flag.h"
#include "cli/source_options.h"
#include "rpc/certificates.h"
#include "workloads/cdi_specs.h"
#include "workloads/kubelet_client.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct NodeOptions {
  std::string node_name;
  DurationFlag fast_interval{std::chrono::milliseconds(200)};
  DurationFlag poll_interval{std::chrono::seconds(2)};
  std::string pod_resources_socket = workloads::KubeletClient::kDefaultSocket;
  std::vector<std::string> gpu_resources;
  std::string cdi_spec_dirs = workloads::CdiSpecs::kDefaultDirectories;
  std::string report_to;
  rpc::CertificateFiles report_tls;
  std::string pod_name;
  std::string pod_namespace;
  SourceOptions source;
};

void AddNodeFlags(CLI::App& app, NodeOptions& options);

// INVALID_ARGUMENT: an interval out of its range, or one at which readings would be
// older than `stale_after` before the next is due.
absl::Status CheckNode(const NodeOptions& options, base::Duration stale_after);

}  // namespace gpuscaler::cli
