// Whether a node's readings are of now.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::web {

// What the judgement depends on.
struct Ages {
  base::Duration stale_after;
  bool nodes_report = false;  // a gateway hears of its nodes; a node is one
};

enum class NodeState : uint8_t {
  kFresh,
  kStale,  // it is heard, but none of its GPUs could be read lately
  kLost,   // it is not heard; where nodes report
};

NodeState StateOf(const telemetry::Snapshot& node, const Ages& ages, base::SteadyTime now);

// Of utilization and memory; empty: nothing was read yet, or no GPU can be read any more.
std::optional<base::Duration> ReadingAge(const telemetry::Snapshot& node, base::SteadyTime now);

// The reading's value while it is fresh.
std::optional<double> FreshValue(const telemetry::GpuSnapshot& gpu, catalog::Metric metric,
                                 base::Duration stale_after, base::SteadyTime now);

}  // namespace gpuscaler::web
