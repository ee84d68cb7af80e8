// What pods hold of GPUs by the word of a node that does not have them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

// Whether both say that the same pods hold the same GPUs.
bool SameHoldings(const telemetry::Snapshot& a, const telemetry::Snapshot& b);

struct ForeignHoldings {
  size_t listed = 0;   // of GPUs that are not this node's
  size_t dropped = 0;  // of these
};
// Takes from `snapshot` what its pods hold of GPUs that it does not have and that
// `is_anothers`, and the pods that hold nothing else. What nobody has stays: it may be
// a GPU that its node cannot read.
ForeignHoldings DropForeignHoldings(
    telemetry::Snapshot& snapshot, const std::function<bool(const std::string& uuid)>& is_anothers);

}  // namespace gpuscaler::fleet
