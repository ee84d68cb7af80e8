#include "web/node_state.h"

#include <algorithm>

namespace gpuscaler::web {

namespace {

bool CanBeRead(const telemetry::Snapshot& node) {
  return node.gpus.empty() ||
         std::any_of(node.gpus.begin(), node.gpus.end(),
                     [](const telemetry::GpuSnapshot& gpu) { return gpu.status.ok(); });
}

// As an evaluation counts it: by one GPU that has a value.
bool HasFreshGpu(const telemetry::Snapshot& node, base::Duration stale_after,
                 base::SteadyTime now) {
  const auto rows = catalog::Metrics().first(catalog::kGpuMetricCount);
  return std::any_of(node.gpus.begin(), node.gpus.end(), [&](const auto& gpu) {
    return std::any_of(rows.begin(), rows.end(), [&](const catalog::MetricRow& row) {
      return FreshValue(gpu, row.id, stale_after, now).has_value();
    });
  });
}

}  // namespace

std::optional<base::Duration> ReadingAge(const telemetry::Snapshot& node, base::SteadyTime now) {
  const base::SteadyTime sampled_at = node.lane(catalog::Lane::kFast).sampled_at;
  if (sampled_at == base::SteadyTime() || !CanBeRead(node)) return std::nullopt;
  return std::max(now - sampled_at, base::Duration::zero());
}

NodeState StateOf(const telemetry::Snapshot& node, const Ages& ages, base::SteadyTime now) {
  const auto age = ReadingAge(node, now);
  if (age && *age <= ages.stale_after &&
      (node.gpus.empty() || HasFreshGpu(node, ages.stale_after, now))) {
    return NodeState::kFresh;
  }
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
