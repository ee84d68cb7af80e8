// Who holds the GPUs, asked once for each snapshot that `snapshot` prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "telemetry/snapshot.h"
#include "workloads/cdi_specs.h"
#include "workloads/kubelet_client.h"
#include "workloads/pod_ledger.h"

namespace gpuscaler::cli {

class Holders {
 public:
  // `socket` of the kubelet; absent or empty: nobody is asked. `specs`: what claims'
  // devices are.
  Holders(const std::string& socket, workloads::CdiSpecs specs);

  // Sets the snapshot's ownership. An error, the kubelet's, is in it too.
  absl::Status Ask(telemetry::Snapshot& snapshot);
  // See CdiSpecs::TakeProblems.
  std::vector<std::string> TakeSpecProblems() { return specs_.TakeProblems(); }

 private:
  std::optional<workloads::KubeletClient> kubelet_;
  workloads::CdiSpecs specs_;
  workloads::PodLedger ledger_;
};

// "inference/llm-0, research/train-x2b4k"; "-": nobody. snapshot.ownership is not
// null.
std::string HoldersOf(const telemetry::Snapshot& snapshot, const telemetry::GpuSnapshot& gpu);

}  // namespace gpuscaler::cli
