#include "web/node_metrics.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "web/exposition.h"
#include "web/gpu_series.h"
#include "web/pod_series.h"

namespace gpuscaler::web {
namespace {

void Family(Exposition& page, std::string_view name, MetricType type, std::string_view help) {
  page.Family(base::StrCat(kSeriesPrefix, name), type, help);
}

void Single(Exposition& page, std::string_view name, MetricType type, std::string_view help,
            uint64_t value) {
  Family(page, name, type, help);
  page.Sample(Labels(), value);
}

void WriteCollections(const NodeMetrics& metrics, base::SteadyTime now, Exposition& page) {
  std::vector<std::pair<Labels, const sources::LaneStats*>> lanes;
  for (size_t i = 0; i < metrics.lanes.size(); ++i) {
    lanes.emplace_back(Labels().Add("lane", catalog::LaneName(static_cast<catalog::Lane>(i))),
                       &metrics.lanes[i]);
  }
  Family(page, "collections_total", MetricType::kCounter,
         "Reads of the hardware, failed ones included.");
  for (const auto& [labels, stats] : lanes) page.Sample(labels, stats->collections);
  Family(page, "collection_errors_total", MetricType::kCounter,
         "Reads of the hardware that failed as a whole.");
  for (const auto& [labels, stats] : lanes) page.Sample(labels, stats->errors);
  Family(page, "collection_duration_seconds", MetricType::kHistogram, "Duration of the reads.");
  for (const auto& [labels, stats] : lanes) {
    page.Histogram(labels, sources::LaneStats::kDurationBuckets, stats->buckets,
                   stats->seconds_total);
  }
  Family(page, "lane_overruns_total", MetricType::kCounter,
         "Periods of a lane that passed without a read, because the one before took too long.");
  for (const auto& [labels, stats] : lanes) page.Sample(labels, stats->overruns);
  // A lane that hangs shows in both; one that hangs at its first read in the second.
  Family(page, "lane_age_seconds", MetricType::kGauge,
         "Age of a lane's newest successful read. Absent before the first.");
  for (const auto& [labels, stats] : lanes) {
    if (stats->sampled_at) page.Sample(labels, base::ToSeconds(now - *stats->sampled_at));
  }
  Family(page, "lane_read_seconds", MetricType::kGauge,
         "For how long the read that is under way has been; 0 between reads.");
  for (const auto& [labels, stats] : lanes) {
    page.Sample(labels, stats->busy_since ? base::ToSeconds(now - *stats->busy_since) : 0.0);
  }
}

void WriteRequests(const NodeMetrics& metrics, Exposition& page) {
  Family(page, "scaler_requests_total", MetricType::kCounter,
         "gRPC calls by method, streams opened and the server's calls to itself included.");
  for (const serving::RequestStats& row : metrics.requests) {
    page.Sample(Labels().Add("method", row.method), row.requests);
  }
  Family(page, "scaler_request_errors_total", MetricType::kCounter,
         "gRPC calls that were answered with an error.");
  for (const serving::RequestStats& row : metrics.requests) {
    page.Sample(Labels().Add("method", row.method), row.errors);
  }
  Family(page, "open_streams", MetricType::kGauge, "gRPC streams open.");
  for (const serving::RequestStats& row : metrics.requests) {
    if (!row.open_streams.has_value()) continue;
    page.Sample(Labels().Add("method", row.method), static_cast<double>(*row.open_streams));
  }
}

void WriteGrpcConnections(const NodeMetrics& metrics, Exposition& page) {
  if (!metrics.grpc.has_value()) return;
  Single(page, "grpc_open_connections", MetricType::kGauge, "gRPC connections open.",
         metrics.grpc->open);
  Single(page, "grpc_connections_total", MetricType::kCounter, "gRPC connections accepted.",
         metrics.grpc->accepted);
  Single(page, "grpc_refused_connections_total", MetricType::kCounter,
         "gRPC connections closed at once: too many were open.", metrics.grpc->refused);
  Single(page, "grpc_evicted_connections_total", MetricType::kCounter,
         "gRPC connections closed because they held the most of too many unfinished calls, or sent "
         "the most while memory grew above its limit.",
         metrics.grpc->closed);
}

void WriteHttp(const NodeMetrics& metrics, Exposition& page) {
  if (!metrics.http.has_value()) return;
  const HttpStats& http = *metrics.http;
  Single(page, "http_open_connections", MetricType::kGauge, "HTTP connections open.",
         http.open_connections);
  const std::pair<std::string_view, std::pair<std::string_view, uint64_t>> counters[] = {
      {"http_connections_total", {"HTTP connections accepted.", http.accepted}},
      {"http_evicted_connections_total",
       {"HTTP connections closed to make room for a newer one.", http.evicted}},
      {"http_timed_out_connections_total",
       {"HTTP connections closed because the client sent or read too slowly.", http.timed_out}},
      {"http_rejected_requests_total",
       {"HTTP requests that were malformed or above a limit.", http.rejected}},
      {"http_accept_errors_total",
       {"HTTP connections that could not be accepted, for want of descriptors for example.",
        http.accept_errors}},
  };
  for (const auto& [name, row] : counters) {
    Single(page, name, MetricType::kCounter, row.first, row.second);
  }
}

void WriteProcess(const NodeMetrics& metrics, Exposition& page) {
  Family(page, "build_info", MetricType::kGauge, "Always 1; the labels say what runs.");
  page.Sample(Labels().Add("version", metrics.build.version).Add("source", metrics.build.source),
              uint64_t{1});
  // Prometheus' standard names, without our prefix.
  const auto write = [&page](std::string_view name, MetricType type, std::string_view help,
                             const auto& value) {
    page.Family(name, type, help);
    if (value.has_value()) page.Sample(Labels(), *value);
  };
  const ProcessStats& process = metrics.process;
  write("process_cpu_seconds_total", MetricType::kCounter, "CPU time, user and system.",
        process.cpu_seconds);
  write("process_start_time_seconds", MetricType::kGauge, "Start, since the epoch.",
        process.start_time_seconds);
  write("process_resident_memory_bytes", MetricType::kGauge, "Resident memory.",
        process.resident_bytes);
  write("process_virtual_memory_bytes", MetricType::kGauge, "Virtual memory.",
        process.virtual_bytes);
  write("process_threads", MetricType::kGauge, "Threads.", process.threads);
  write("process_open_fds", MetricType::kGauge, "Open file descriptors.", process.open_fds);
  write("process_max_fds", MetricType::kGauge, "Soft limit of open file descriptors.",
        process.max_fds);
}

}  // namespace

std::string WriteNodeMetrics(const NodeMetrics& metrics, base::SteadyTime now) {
  Exposition page;
  WriteGpuSeries(metrics.view, metrics.stale_after, now, page);
  WritePodSeries(metrics.view, metrics.stale_after, now, page);
  WriteCollections(metrics, now, page);
  WriteRequests(metrics, page);
  WriteGrpcConnections(metrics, page);
  WriteHttp(metrics, page);
  WriteProcess(metrics, page);
  return std::move(page).Text();
}

}  // namespace gpuscaler::web
