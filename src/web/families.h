// The families of /metrics, a node's and a gateway's, besides the readings, which are rows of
// the catalog: the page and docs/metrics.md follow from this table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "web/exposition.h"

namespace gpuscaler::web {

// What the name of every series of ours begins with.
inline constexpr std::string_view kSeriesPrefix = "keda_gpu_scaler_";

enum class Family : uint8_t {
  kGpuUp,
  kGpuDeviceCount,
  kSnapshotAge,
  kPodListingUp,
  kPodListingAge,
  kGpuHolder,
  kCollections,
  kCollectionErrors,
  kCollectionDuration,
  kLaneOverruns,
  kLaneAge,
  kLaneRead,
  kFleetNodes,
  kFleetOpenStreams,
  kFleetReports,
  kFleetBadReports,
  kFleetBrokenStreams,
  kFleetHastyStreams,
  kFleetRefusedStreams,
  kFleetEvictedNodes,
  kFleetContestedGpus,
  kFleetForeignHoldings,
  kFleetOpenConnections,
  kFleetConnections,
  kFleetRefusedConnections,
  kFleetEvictedConnections,
  kNodeUp,
  kNodeAge,
  kNodeGpus,
  kWorkloads,
  kWorkloadReplicas,
  kWorkloadGpus,
  kWorkloadFreshGpus,
  kWorkloadUtilization,
  kWorkloadMemory,
  kReportGateways,
  kReportOpenStreams,
  kReports,
  kReportFailures,
  kRequests,
  kRequestErrors,
  kOpenStreams,
  kGrpcOpen,
  kGrpcAccepted,
  kGrpcRefused,
  kGrpcEvicted,
  kTlsFailedHandshakes,
  kHttpOpen,
  kHttpAccepted,
  kHttpEvicted,
  kHttpTimedOut,
  kHttpRejected,
  kHttpAcceptErrors,
  kEngineReadings,
  kEngineFailures,
  kEngineBytes,
  kEngineLookupFailures,
  kEngineEndpoints,
  kEngineAddresses,
  kEngineConnections,
  kBuildInfo,
  kProcessCpu,
  kProcessStart,
  kProcessResident,
  kProcessVirtual,
  kProcessThreads,
  kProcessOpenFds,
  kProcessMaxFds,
};

struct FamilyRow {
  Family id;
  std::string_view name;  // after kSeriesPrefix; one that begins with "process_" is Prometheus' own
  MetricType type;
  std::string_view
      labels;  // ", " between them; a node's page has `node` only while several nodes are in view
  std::string_view help;

  std::string FullName() const;
};

// Labels of a GPU's series.
inline constexpr std::string_view kGpuLabels = "node, gpu_index, gpu_uuid, gpu_name";

std::span<const FamilyRow> Families();

void Begin(Exposition& page, Family family);

}  // namespace gpuscaler::web
