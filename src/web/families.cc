#include "web/families.h"

#include <array>

#include "base/strings.h"

namespace gpuscaler::web {
namespace {

// clang-format off
constexpr auto kFamilies = std::to_array<FamilyRow>({
    {Family::kGpuUp, "gpu_up", MetricType::kGauge, kGpuLabels,
     "1: the GPU can be read. 0: it is lost, or the hardware cannot be read at all."},
    // The name is given by compatibility. Its _count makes promtool refuse a
    // gauge, but not an untyped family.
    {Family::kGpuDeviceCount, "gpu_device_count", MetricType::kUntyped, "node",
     "GPUs that can be read. Absent while the hardware cannot be read at all."},
    {Family::kSnapshotAge, "snapshot_age_seconds", MetricType::kGauge, "node",
     "Age of the newest successful read of the fast lane. Absent before the first."},
    {Family::kPodListingUp, "pod_listing_up", MetricType::kGauge, "node",
     "1 while the kubelet says which pods hold the GPUs."},
    {Family::kPodListingAge, "pod_listing_age_seconds", MetricType::kGauge, "node",
     "Since the kubelet last said which pods hold the GPUs."},
    {Family::kGpuHolder, "gpu_holder_info", MetricType::kGauge, "node, gpu_uuid, namespace, pod",
     "Always 1: the pod holds the GPU."},
    {Family::kCollections, "collections_total", MetricType::kCounter, "lane",
     "Reads of the hardware, failed ones included."},
    {Family::kCollectionErrors, "collection_errors_total", MetricType::kCounter, "lane",
     "Reads of the hardware that failed as a whole."},
    {Family::kCollectionDuration, "collection_duration_seconds", MetricType::kHistogram, "lane, le",
     "Duration of the reads."},
    {Family::kLaneOverruns, "lane_overruns_total", MetricType::kCounter, "lane",
     "Periods of a lane that passed without a read, because the one before took too long."},
    // A lane that hangs shows in both; one that hangs at its first read in the second.
    {Family::kLaneAge, "lane_age_seconds", MetricType::kGauge, "lane",
     "Age of a lane's newest successful read. Absent before the first."},
    {Family::kLaneRead, "lane_read_seconds", MetricType::kGauge, "lane",
     "For how long the read that is under way has been; 0 between reads."},
    {Family::kFleetNodes, "fleet_nodes", MetricType::kGauge, "", "Nodes that the gateway knows."},
    {Family::kFleetOpenStreams, "fleet_open_streams", MetricType::kGauge, "",
     "Nodes whose stream to the gateway is open."},
    {Family::kFleetReports, "fleet_reports_total", MetricType::kCounter, "",
     "Reports that the gateway took."},
    {Family::kFleetBadReports, "fleet_bad_reports_total", MetricType::kCounter, "",
     "Streams that ended for what they said: it could not be true, or was not theirs to say."},
    {Family::kFleetBrokenStreams, "fleet_broken_streams_total", MetricType::kCounter, "",
     "Streams that ended in the middle: the node or its connection ended, or a report was far too "
     "large."},
    {Family::kFleetHastyStreams, "fleet_hasty_streams_total", MetricType::kCounter, "",
     "Times that a stream was found to send more reports than are read of it for 3 seconds."},
    {Family::kFleetRefusedStreams, "fleet_refused_streams_total", MetricType::kCounter, "",
     "Streams refused because another one reports for a node of that name."},
    {Family::kFleetEvictedNodes, "fleet_evicted_nodes_total", MetricType::kCounter, "",
     "Nodes that left the full gateway for one of another address: theirs had the most."},
    {Family::kFleetContestedGpus, "fleet_contested_gpus_total", MetricType::kCounter, "",
     "Readings dropped because another node reports the same GPU."},
    {Family::kFleetForeignHoldings, "fleet_foreign_holdings_total", MetricType::kCounter, "",
     "Pods listed on a GPU that another node reports, which do not count."},
    {Family::kFleetOpenConnections, "fleet_open_connections", MetricType::kGauge, "",
     "Connections open at the report port."},
    {Family::kFleetConnections, "fleet_connections_total", MetricType::kCounter, "",
     "Connections accepted at the report port."},
    {Family::kFleetRefusedConnections, "fleet_refused_connections_total", MetricType::kCounter, "",
     "Connections closed at once at the report port: too many were open."},
    {Family::kFleetEvictedConnections, "fleet_evicted_connections_total", MetricType::kCounter, "",
     "Connections of the report port closed to make room, or because they sent the most while "
     "memory grew above its limit."},
    {Family::kNodeUp, "node_up", MetricType::kGauge, "node",
     "Of a gateway: 1 while the node's GPUs are read and reported."},
    {Family::kNodeAge, "node_age_seconds", MetricType::kGauge, "node",
     "Of a gateway: since the newest successful read of the node's fast lane."},
    {Family::kNodeGpus, "node_gpus", MetricType::kGauge, "node",
     "Of a gateway: GPUs of the node."},
    {Family::kWorkloads, "workloads", MetricType::kGauge, "",
     "Of a gateway: workloads whose pods hold GPUs, by the pods' names. The series by workload are "
     "those of the first 2,000 by namespace and name."},
    {Family::kWorkloadReplicas, "workload_replicas", MetricType::kGauge, "namespace, workload",
     "Of a gateway: pods, or groups of a LeaderWorkerSet, that hold GPUs."},
    {Family::kWorkloadGpus, "workload_gpus", MetricType::kGauge, "namespace, workload",
     "Of a gateway: GPUs that its pods hold."},
    {Family::kWorkloadFreshGpus, "workload_gpus_fresh", MetricType::kGauge, "namespace, workload",
     "Of a gateway: of these, those with a fresh reading."},
    {Family::kWorkloadUtilization, "workload_gpu_utilization_percent", MetricType::kGauge,
     "namespace, workload", "Of a gateway: the mean over its fresh GPUs."},
    {Family::kWorkloadMemory, "workload_gpu_memory_used_percent", MetricType::kGauge,
     "namespace, workload", "Of a gateway: the mean over its fresh GPUs."},
    {Family::kReportGateways, "report_gateways", MetricType::kGauge, "",
     "Addresses of gateways that the node reports to, or tries to."},
    {Family::kReportOpenStreams, "report_open_streams", MetricType::kGauge, "",
     "Of these, those whose stream is open."},
    {Family::kReports, "reports_total", MetricType::kCounter, "", "Reports that the node sent."},
    {Family::kReportFailures, "report_failures_total", MetricType::kCounter, "",
     "Streams to gateways that broke or could not be had."},
    {Family::kRequests, "scaler_requests_total", MetricType::kCounter, "method",
     "gRPC calls by method, streams opened and the server's calls to itself included."},
    {Family::kRequestErrors, "scaler_request_errors_total", MetricType::kCounter, "method",
     "gRPC calls that were answered with an error."},
    {Family::kOpenStreams, "open_streams", MetricType::kGauge, "method", "gRPC streams open."},
    {Family::kGrpcOpen, "grpc_open_connections", MetricType::kGauge, "", "gRPC connections open."},
    {Family::kGrpcAccepted, "grpc_connections_total", MetricType::kCounter, "",
     "gRPC connections accepted."},
    {Family::kGrpcRefused, "grpc_refused_connections_total", MetricType::kCounter, "",
     "gRPC connections closed at once: too many were open."},
    {Family::kGrpcEvicted, "grpc_evicted_connections_total", MetricType::kCounter, "",
     "gRPC connections closed because they held the most of too many unfinished calls, sent the "
     "most while memory grew above its limit, or to make room for another address."},
    {Family::kTlsFailedHandshakes, "grpc_failed_handshakes_total", MetricType::kCounter, "",
     "TLS handshakes of gRPC that failed, with a client or, where a node reports, with a gateway."},
    {Family::kHttpOpen, "http_open_connections", MetricType::kGauge, "", "HTTP connections open."},
    {Family::kHttpAccepted, "http_connections_total", MetricType::kCounter, "",
     "HTTP connections accepted."},
    {Family::kHttpEvicted, "http_evicted_connections_total", MetricType::kCounter, "",
     "HTTP connections closed to make room for a newer one."},
    {Family::kHttpTimedOut, "http_timed_out_connections_total", MetricType::kCounter, "",
     "HTTP connections closed because the client sent or read too slowly."},
    {Family::kHttpRejected, "http_rejected_requests_total", MetricType::kCounter, "",
     "HTTP requests that were malformed or above a limit."},
    {Family::kHttpAcceptErrors, "http_accept_errors_total", MetricType::kCounter, "",
     "HTTP connections that could not be accepted, for want of descriptors for example."},
    {Family::kEngineReadings, "engine_readings_total", MetricType::kCounter, "",
     "Addresses of inference engines that were read, again and again."},
    {Family::kEngineFailures, "engine_failures_total", MetricType::kCounter, "",
     "Addresses of inference engines that could not be read."},
    {Family::kEngineBytes, "engine_bytes_total", MetricType::kCounter, "",
     "Bytes of engines' answers as they came."},
    {Family::kEngineLookupFailures, "engine_lookup_failures_total", MetricType::kCounter, "",
     "Names of engines' endpoints that could not be looked up."},
    {Family::kEngineEndpoints, "engine_endpoints", MetricType::kGauge, "",
     "Endpoints that triggers name and that are read now."},
    {Family::kEngineAddresses, "engine_addresses", MetricType::kGauge, "",
     "Addresses behind these endpoints' names."},
    {Family::kEngineConnections, "engine_open_connections", MetricType::kGauge, "",
     "Connections to engines that are open now."},
    {Family::kBuildInfo, "build_info", MetricType::kGauge, "version, source",
     "Always 1; the labels say what runs."},
    {Family::kProcessCpu, "process_cpu_seconds_total", MetricType::kCounter, "",
     "CPU time, user and system."},
    {Family::kProcessStart, "process_start_time_seconds", MetricType::kGauge, "",
     "Start, since the epoch."},
    {Family::kProcessResident, "process_resident_memory_bytes", MetricType::kGauge, "",
     "Resident memory."},
    {Family::kProcessVirtual, "process_virtual_memory_bytes", MetricType::kGauge, "",
     "Virtual memory."},
    {Family::kProcessThreads, "process_threads", MetricType::kGauge, "", "Threads."},
    {Family::kProcessOpenFds, "process_open_fds", MetricType::kGauge, "", "Open file descriptors."},
    {Family::kProcessMaxFds, "process_max_fds", MetricType::kGauge, "",
     "Soft limit of open file descriptors."},
});
// clang-format on

constexpr bool InOrder() {
  for (size_t i = 0; i < kFamilies.size(); ++i) {
    if (static_cast<size_t>(kFamilies[i].id) != i) return false;
  }
  return true;
}
static_assert(InOrder(), "the rows are in the enumeration's order");

}  // namespace

std::string FamilyRow::FullName() const {
  return base::StrCat(name.starts_with("process_") ? std::string_view() : kSeriesPrefix, name);
}

std::span<const FamilyRow> Families() {
  return kFamilies;
}

void Begin(Exposition& page, Family family) {
  const FamilyRow& row = kFamilies[static_cast<size_t>(family)];
  page.Family(row.FullName(), row.type, row.help);
}

}  // namespace gpuscaler::web
