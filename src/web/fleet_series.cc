#include "web/fleet_series.h"

#include <optional>

#include "web/node_state.h"
#include "web/server_series.h"
#include "web/workload_series.h"

namespace gpuscaler::web {
namespace {

using telemetry::Snapshot;

// Empty: nothing has been read there yet.
std::optional<base::Duration> AgeOf(const Snapshot& node, base::SteadyTime now) {
  const telemetry::LaneState& lane = node.lane(catalog::Lane::kFast);
  if (lane.sampled_at == base::SteadyTime()) return std::nullopt;
  return now - lane.sampled_at;
}

}  // namespace

void WriteFleetSeries(const telemetry::View& view, const WorkloadsByName& workloads,
                      const fleet::Collector::Stats& stats,
                      const serving::ConnectionStats& connections, base::Duration stale_after,
                      base::SteadyTime now, Exposition& page) {
  Single(page, Family::kFleetNodes, uint64_t{stats.nodes});
  Single(page, Family::kFleetOpenStreams, uint64_t{stats.streams});
  Single(page, Family::kFleetReports, stats.reports);
  Single(page, Family::kFleetBadReports, stats.bad_reports);
  Single(page, Family::kFleetBrokenStreams, stats.broken_streams);
  Single(page, Family::kFleetHastyStreams, stats.hasty_streams);
  Single(page, Family::kFleetRefusedStreams, stats.refused_streams);
  Single(page, Family::kFleetEvictedNodes, stats.evicted_nodes);
  Single(page, Family::kFleetContestedGpus, stats.contested_gpus);
  Single(page, Family::kFleetForeignHoldings, stats.foreign_holdings);
  Single(page, Family::kFleetOpenConnections, connections.open);
  Single(page, Family::kFleetConnections, connections.accepted);
  Single(page, Family::kFleetRefusedConnections, connections.refused);
  Single(page, Family::kFleetEvictedConnections, connections.closed);
  Begin(page, Family::kNodeUp);
  for (const auto& node : view.nodes()) {
    const bool fresh = StateOf(*node, {stale_after, true}, now) == NodeState::kFresh;
    page.Sample(Labels().Add("node", node->node), uint64_t{fresh});
  }
  Begin(page, Family::kNodeAge);
  for (const auto& node : view.nodes()) {
    if (const auto age = AgeOf(*node, now)) {
      page.Sample(Labels().Add("node", node->node), base::ToSeconds(*age));
    }
  }
  Begin(page, Family::kNodeGpus);
  for (const auto& node : view.nodes()) {
    page.Sample(Labels().Add("node", node->node), uint64_t{node->gpus.size()});
  }
  WriteWorkloadSeries(workloads, page);
}

}  // namespace gpuscaler::web
