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

#include "base/time.h"
#include "catalog/metrics.h"
#include "fleet/reporter.h"
#include "sources/sampler.h"
#include "telemetry/view.h"
#include "web/server_series.h"

namespace gpuscaler::web {

struct NodeMetrics {
  const telemetry::View& view;
  base::Duration stale_after;
  std::span<const sources::LaneStats> lanes;  // by catalog::Lane; empty: nothing is sampled here
  ServerMetrics server;
  std::optional<fleet::Reporter::Stats> reports = {};  // empty: it reports to nobody
};

// The whole page. Pure.
std::string WriteNodeMetrics(const NodeMetrics& metrics, base::SteadyTime now);

}  // namespace gpuscaler::web
