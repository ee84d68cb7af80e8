#include "web/fleet_series.h"

#include <algorithm>

#include "base/strings.h"
#include "web/gpu_series.h"

namespace gpuscaler::web {
namespace {

using telemetry::Snapshot;

// Empty: nothing has been read there yet.
std::optional<base::Duration> AgeOf(const Snapshot& node, base::SteadyTime now) {
  const telemetry::LaneState& lane = node.lane(catalog::Lane::kFast);
  if (lane.sampled_at == base::SteadyTime()) return std::nullopt;
  return now - lane.sampled_at;
}

void Family(Exposition& page, std::string_view name, MetricType type, std::string_view help) {
  page.Family(base::StrCat(kSeriesPrefix, name), type, help);
}

void Single(Exposition& page, std::string_view name, MetricType type, std::string_view help,
            uint64_t value) {
  Family(page, name, type, help);
  page.Sample(Labels(), value);
}

}  // namespace

void WriteFleetSeries(const telemetry::View& view, const fleet::Collector::Stats& stats,
                      base::Duration stale_after, base::SteadyTime now, Exposition& page) {
  Single(page, "fleet_nodes", MetricType::kGauge, "Nodes that the gateway knows.", stats.nodes);
  Single(page, "fleet_open_streams", MetricType::kGauge, "Nodes whose stream is open.",
         stats.streams);
  Single(page, "fleet_reports_total", MetricType::kCounter, "Reports taken.", stats.reports);
  Single(page, "fleet_bad_reports_total", MetricType::kCounter,
         "Streams that ended for what they said: it could not be true, or was not theirs to say.",
         stats.bad_reports);
  Single(page, "fleet_refused_streams_total", MetricType::kCounter,
         "Streams refused because another one reports for a node of that name.",
         stats.refused_streams);
  Single(page, "fleet_contested_gpus_total", MetricType::kCounter,
         "Readings dropped because another node reports the same GPU.", stats.contested_gpus);
  Family(page, "node_up", MetricType::kGauge, "1 while the node's GPUs are read and reported.");
  for (const auto& node : view.nodes()) {
    const auto age = AgeOf(*node, now);
    page.Sample(Labels().Add("node", node->node), uint64_t{age && *age <= stale_after});
  }
  Family(page, "node_age_seconds", MetricType::kGauge,
         "Since the newest successful read of the node's fast lane.");
  for (const auto& node : view.nodes()) {
    if (const auto age = AgeOf(*node, now)) {
      page.Sample(Labels().Add("node", node->node), base::ToSeconds(*age));
    }
  }
  Family(page, "node_gpus", MetricType::kGauge, "GPUs of the node.");
  for (const auto& node : view.nodes()) {
    page.Sample(Labels().Add("node", node->node), uint64_t{node->gpus.size()});
  }
}

}  // namespace gpuscaler::web
