// `keda-gpu-scaler snapshot`: the readings of this machine's GPUs, printed.
#pragma once

#include <cstdint>
#include <string>

#include "cli/duration_flag.h"
#include "cli/source_options.h"
#include "workloads/cdi_specs.h"
#include "workloads/kubelet_client.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct SnapshotOptions {
  std::string format = "table";
  DurationFlag interval;  // zero: once
  uint64_t count = 0;     // with an interval; 0: until interrupted
  std::string pod_resources_socket = workloads::KubeletClient::kDefaultSocket;
  std::string cdi_spec_dirs = workloads::CdiSpecs::kDefaultDirectories;
  SourceOptions source;
};

void AddSnapshotFlags(CLI::App& app, SnapshotOptions& options);

// The exit code: 0; 1 when the GPUs cannot be read, or a read of theirs hangs, after
// what there is was printed; 2 for options that
// contradict each other, each after one line on standard error.
int RunSnapshot(const SnapshotOptions& options);

}  // namespace gpuscaler::cli
