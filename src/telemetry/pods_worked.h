// Which pods have been seen at work.
#pragma once

#include <vector>

#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// A GPU that is at most this busy may be one whose pod is loading its model.
inline constexpr double kIdlePercent = 5;

// Snapshot::pods_worked of `next`, which follows `previous`: whether one of the
// pod's GPUs is busier than kIdlePercent now, or was when the same pod was in
// `previous`.
std::vector<bool> PodsWorked(const Snapshot& previous, const Snapshot& next);

// nullptr: the node has no such GPU.
const GpuSnapshot* FindGpu(const Snapshot& snapshot, std::string_view uuid);

}  // namespace gpuscaler::telemetry
