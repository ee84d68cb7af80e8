// The /metrics page of a node: what its GPUs read, and how the scaler itself
// is doing.
//
// Absent is not zero here either: a reading that is missing, stale or of a GPU
// that cannot be read has no sample.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "catalog/metrics.h"
#include "serving/request_stats.h"
#include "sources/sampler.h"
#include "telemetry/view.h"
#include "web/http_server.h"
#include "web/process_stats.h"

namespace gpuscaler::web {

struct BuildInfo {
  std::string_view version;  // "0.1.0"
  std::string_view source;   // Source::name()
};

struct NodeMetrics {
  const telemetry::View& view;
  base::Duration stale_after;
  std::span<const sources::LaneStats> lanes;  // by catalog::Lane; empty: nothing is sampled here
  std::span<const serving::RequestStats> requests;
  BuildInfo build;
  std::optional<serving::ConnectionStats> grpc;
  std::optional<HttpStats> http;
  ProcessStats process;
};

// The whole page. Pure.
std::string WriteNodeMetrics(const NodeMetrics& metrics, base::SteadyTime now);

}  // namespace gpuscaler::web
