#include "web/node_metrics.h"

#include <utility>
#include <vector>

#include "web/exposition.h"
#include "web/families.h"
#include "web/gpu_series.h"
#include "web/pod_series.h"

namespace gpuscaler::web {
namespace {

void WriteCollections(const NodeMetrics& metrics, base::SteadyTime now, Exposition& page) {
  std::vector<std::pair<Labels, const sources::LaneStats*>> lanes;
  for (size_t i = 0; i < metrics.lanes.size(); ++i) {
    lanes.emplace_back(Labels().Add("lane", catalog::LaneName(static_cast<catalog::Lane>(i))),
                       &metrics.lanes[i]);
  }
  Begin(page, Family::kCollections);
  for (const auto& [labels, stats] : lanes) page.Sample(labels, stats->collections);
  Begin(page, Family::kCollectionErrors);
  for (const auto& [labels, stats] : lanes) page.Sample(labels, stats->errors);
  Begin(page, Family::kCollectionDuration);
  for (const auto& [labels, stats] : lanes) {
    page.Histogram(labels, sources::LaneStats::kDurationBuckets, stats->buckets,
                   stats->seconds_total);
  }
  Begin(page, Family::kLaneOverruns);
  for (const auto& [labels, stats] : lanes) page.Sample(labels, stats->overruns);
  Begin(page, Family::kLaneAge);
  for (const auto& [labels, stats] : lanes) {
    if (stats->sampled_at) page.Sample(labels, base::ToSeconds(now - *stats->sampled_at));
  }
  Begin(page, Family::kLaneRead);
  for (const auto& [labels, stats] : lanes) {
    page.Sample(labels, stats->busy_since ? base::ToSeconds(now - *stats->busy_since) : 0.0);
  }
}

void WriteReports(const NodeMetrics& metrics, Exposition& page) {
  if (!metrics.reports.has_value()) return;
  Single(page, Family::kReportGateways, uint64_t{metrics.reports->gateways});
  Single(page, Family::kReportOpenStreams, uint64_t{metrics.reports->open});
  Single(page, Family::kReports, metrics.reports->reports);
  Single(page, Family::kReportFailures, metrics.reports->failures);
}

}  // namespace

std::string WriteNodeMetrics(const NodeMetrics& metrics, base::SteadyTime now) {
  Exposition page;
  WriteGpuSeries(metrics.view, metrics.stale_after, now, page);
  WritePodSeries(metrics.view, metrics.stale_after, now, page);
  WriteCollections(metrics, now, page);
  WriteReports(metrics, page);
  WriteServerSeries(metrics.server, page);
  return std::move(page).Text();
}

}  // namespace gpuscaler::web
