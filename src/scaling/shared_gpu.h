// GPUs that pods of another workload hold too (time-slicing): their readings do
// not tell whose load they are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::scaling {

// Whether no pod of another workload holds a GPU of the pods at these places of
// node.ownership. `own`: by place, whether the pod is the workload's. OK, or
// FAILED_PRECONDITION naming the GPU and two of its pods.
absl::Status CheckAlone(const telemetry::Snapshot& node, const std::vector<bool>& own,
                        std::span<const size_t> places);

}  // namespace gpuscaler::scaling
