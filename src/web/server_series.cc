#include "web/server_series.h"

#include "rpc/library_log.h"

namespace gpuscaler::web {
namespace {

void WriteRequests(const ServerMetrics& metrics, Exposition& page) {
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

void WriteGrpcConnections(const ServerMetrics& metrics, Exposition& page) {
  if (!metrics.grpc.has_value()) return;
  Single(page, Family::kGrpcOpen, metrics.grpc->open);
  Single(page, Family::kGrpcAccepted, metrics.grpc->accepted);
  Single(page, Family::kGrpcRefused, metrics.grpc->refused);
  Single(page, Family::kGrpcEvicted, metrics.grpc->closed);
  Single(page, Family::kTlsFailedHandshakes, rpc::FailedHandshakes());
}

void WriteHttp(const ServerMetrics& metrics, Exposition& page) {
  if (!metrics.http.has_value()) return;
  const HttpStats& http = *metrics.http;
  Single(page, Family::kHttpOpen, http.open_connections);
  Single(page, Family::kHttpAccepted, http.accepted);
  Single(page, Family::kHttpEvicted, http.evicted);
  Single(page, Family::kHttpTimedOut, http.timed_out);
  Single(page, Family::kHttpRejected, http.rejected);
  Single(page, Family::kHttpAcceptErrors, http.accept_errors);
}

void WriteEngines(const ServerMetrics& metrics, Exposition& page) {
  if (!metrics.engines.has_value()) return;
  Single(page, Family::kEngineReadings, metrics.engines->succeeded);
  Single(page, Family::kEngineFailures, metrics.engines->failed);
  Single(page, Family::kEngineBytes, metrics.engines->wire_bytes);
  Single(page, Family::kEngineLookupFailures, metrics.engines->lookups_failed);
  Single(page, Family::kEngineEndpoints, metrics.engines->endpoints);
  Single(page, Family::kEngineAddresses, metrics.engines->addresses);
  Single(page, Family::kEngineConnections, metrics.engines->open_connections);
}

void WriteProcess(const ServerMetrics& metrics, Exposition& page) {
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

void WriteServerSeries(const ServerMetrics& metrics, Exposition& page) {
  WriteRequests(metrics, page);
  WriteGrpcConnections(metrics, page);
  WriteHttp(metrics, page);
  WriteEngines(metrics, page);
  WriteProcess(metrics, page);
}

}  // namespace gpuscaler::web
