// Which pods have been seen at work.
#pragma once

#include <vector>

#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// A GPU that is at most this busy may be one whose pod is loading its model.
inline constexpr double kIdlePercent = 5;

// Whether a GPU of the pod is busier than kIdlePercent with what ran since it has
// the GPU. Where the hardware does not tell utilization: no.
bool IsBusy(const Snapshot& node, const Pod& pod);

// Snapshot::pods_worked of `next`, which follows `previous`: whether the pod
// is busy now, or was when the same pod was in `previous`.
std::vector<bool> PodsWorked(const Snapshot& previous, const Snapshot& next);

}  // namespace gpuscaler::telemetry
