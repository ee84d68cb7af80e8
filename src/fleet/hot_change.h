// Whether a node's GPUs say something else than before, where somebody waits for it.
#pragma once

#include <optional>

#include "catalog/metrics.h"
#include "fleet/hot_gpus.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

// Two snapshots of one node. `lane`: its metrics alone; empty: all.
bool HotDiffers(const HotGpus::OfNode& hot, const telemetry::Snapshot& before,
                const telemetry::Snapshot& after, std::optional<catalog::Lane> lane = {});

}  // namespace gpuscaler::fleet
