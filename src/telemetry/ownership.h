// Which pods hold which GPUs of a node, as its kubelet says: a complete value,
// shared by all snapshots until the next listing differs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::telemetry {

struct Pod {
  std::string pod_namespace;
  std::string name;
  // When its node first saw it; empty: it was there when the node first looked,
  // and how old it is is not known.
  std::optional<base::SteadyTime> appeared_at;
  std::vector<std::string> gpus;  // UUIDs: of GPUs, ascending, each once

  bool operator==(const Pod&) const = default;
};

struct Ownership {
  base::SteadyTime listed_at = {};  // the newest listing that succeeded; {}: none yet
  absl::Status status;              // of the newest attempt
  std::vector<Pod> pods;            // ascending namespace, then name; none without a GPU
};

}  // namespace gpuscaler::telemetry
