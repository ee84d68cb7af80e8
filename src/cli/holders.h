// Who holds the GPUs, asked once for each snapshot that `snapshot` prints.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "telemetry/snapshot.h"
#include "workloads/kubelet_client.h"
#include "workloads/pod_ledger.h"

namespace gpuscaler::cli {

class Holders {
 public:
  // `socket` of the kubelet; absent or empty: nobody is asked.
  explicit Holders(const std::string& socket);

  // Sets the snapshot's ownership. An error, the kubelet's, is in it too.
  absl::Status Ask(telemetry::Snapshot& snapshot);

 private:
  std::optional<workloads::KubeletClient> kubelet_;
  workloads::PodLedger ledger_;
};

// "inference/llm-0, research/train-x2b4k"; "-": nobody. snapshot.ownership is not
// null.
std::string HoldersOf(const telemetry::Snapshot& snapshot, const telemetry::GpuSnapshot& gpu);

}  // namespace gpuscaler::cli
