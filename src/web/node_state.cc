#include "web/node_state.h"

#include <algorithm>

namespace gpuscaler::web {

std::optional<base::Duration> ReadingAge(const telemetry::Snapshot& node, base::SteadyTime now) {
  const base::SteadyTime sampled_at = node.lane(catalog::Lane::kFast).sampled_at;
  if (sampled_at == base::SteadyTime()) return std::nullopt;
  return std::max(now - sampled_at, base::Duration::zero());
}

NodeState StateOf(const telemetry::Snapshot& node, const Ages& ages, base::SteadyTime now) {
  const auto age = ReadingAge(node, now);
  if (age && *age <= ages.stale_after) return NodeState::kFresh;
  // A gateway makes a snapshot of each report, whatever it says.
  const bool heard = now - node.taken_at <= ages.stale_after;
  return heard || !ages.nodes_report ? NodeState::kStale : NodeState::kLost;
}

std::optional<double> FreshValue(const telemetry::GpuSnapshot& gpu, catalog::Metric metric,
                                 base::Duration stale_after, base::SteadyTime now) {
  if (!gpu.status.ok()) return std::nullopt;
  const telemetry::Reading& reading = gpu.readings[metric];
  if (reading.state != telemetry::ReadingState::kValue || now - reading.sampled_at > stale_after) {
    return std::nullopt;
  }
  return reading.value;
}

}  // namespace gpuscaler::web
