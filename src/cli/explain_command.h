// `keda-gpu-scaler explain`: why a ScaledObject gets the number it gets, and what HPA does
// with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/source_options.h"
#include "cli/tls_options.h"
#include "workloads/kubelet_client.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct ExplainOptions {
  std::vector<std::string> files;
  std::string address;  // empty: this machine's GPUs
  std::optional<uint32_t> replicas;
  std::string object;  // "namespace/name"; empty: all
  std::string format = "text";
  std::string pod_resources_socket = workloads::KubeletClient::kDefaultSocket;
  SourceOptions source;
  ClientTlsOptions tls;
};

void AddExplainFlags(CLI::App& app, ExplainOptions& options);

// The exit code: 0; 1 when a trigger has no value, or was not answered; 2 after one line on
// standard error when there is nothing to ask for, or flags contradict each other.
int RunExplain(const ExplainOptions& options);

}  // namespace gpuscaler::cli
