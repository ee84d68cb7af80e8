#include "web/node_metrics.h"

#include <utility>
#include <vector>

#include "web/exposition.h"
#include "web/families.h"
#include "web/gpu_series.h"
#include "web/pod_series.h"

namespace gpuscaler::web {
namespace {

template <class Value>
void Single(Exposition& page, Family family, const Value& value) {
  Begin(page, family);
  page.Sample(Labels(), value);
}

void WriteCollections(const NodeMetrics& metrics, Exposition& page) {
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
}

void WriteRequests(const NodeMetrics& metrics, Exposition& page) {
  Begin(page, Family::kRequests);
  for (const serving::RequestStats& row : metrics.requests) {
    page.Sample(Labels().Add("method", row.method), row.requests);
  }
  Begin(page, Family::kRequestErrors);
  for (const serving::RequestStats& row : metrics.requests) {
    page.Sample(Labels().Add("method", row.method), row.errors);
  }
  Begin(page, Family::kOpenStreams);
  for (const serving::RequestStats& row : metrics.requests) {
    if (!row.open_streams.has_value()) continue;
    page.Sample(Labels().Add("method", row.method), static_cast<double>(*row.open_streams));
  }
}

void WriteGrpcConnections(const NodeMetrics& metrics, Exposition& page) {
  if (!metrics.grpc.has_value()) return;
  Single(page, Family::kGrpcOpen, metrics.grpc->open);
  Single(page, Family::kGrpcAccepted, metrics.grpc->accepted);
  Single(page, Family::kGrpcRefused, metrics.grpc->refused);
  Single(page, Family::kGrpcEvicted, metrics.grpc->closed);
}

void WriteHttp(const NodeMetrics& metrics, Exposition& page) {
  if (!metrics.http.has_value()) return;
  const HttpStats& http = *metrics.http;
  Single(page, Family::kHttpOpen, http.open_connections);
  Single(page, Family::kHttpAccepted, http.accepted);
  Single(page, Family::kHttpEvicted, http.evicted);
  Single(page, Family::kHttpTimedOut, http.timed_out);
  Single(page, Family::kHttpRejected, http.rejected);
  Single(page, Family::kHttpAcceptErrors, http.accept_errors);
}

void WriteProcess(const NodeMetrics& metrics, Exposition& page) {
  Begin(page, Family::kBuildInfo);
  page.Sample(Labels().Add("version", metrics.build.version).Add("source", metrics.build.source),
              uint64_t{1});
  const auto write = [&page](Family family, const auto& value) {
    if (value.has_value()) Single(page, family, *value);
  };
  const ProcessStats& process = metrics.process;
  write(Family::kProcessCpu, process.cpu_seconds);
  write(Family::kProcessStart, process.start_time_seconds);
  write(Family::kProcessResident, process.resident_bytes);
  write(Family::kProcessVirtual, process.virtual_bytes);
  write(Family::kProcessThreads, process.threads);
  write(Family::kProcessOpenFds, process.open_fds);
  write(Family::kProcessMaxFds, process.max_fds);
}

}  // namespace

std::string WriteNodeMetrics(const NodeMetrics& metrics, base::SteadyTime now) {
  Exposition page;
  WriteGpuSeries(metrics.view, metrics.stale_after, now, page);
  WritePodSeries(metrics.view, metrics.stale_after, now, page);
  WriteCollections(metrics, page);
  WriteRequests(metrics, page);
  WriteGrpcConnections(metrics, page);
  WriteHttp(metrics, page);
  WriteProcess(metrics, page);
  return std::move(page).Text();
}

}  // namespace gpuscaler::web
