// A ScaledObject's trigger as the scaler understands it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "catalog/profiles.h"

namespace gpuscaler::scaling {

// The trigger's `metricType` of the ScaledObject, which KEDA does not pass on.
enum class HpaMetricType : uint8_t { kAverageValue, kValue };

struct Trigger {
  const catalog::ProfileRow* profile = nullptr;  // not owned, static; nullptr: none named
  catalog::Metric metric = catalog::Metric::kGpuUtilization;
  double target = 0;                // 0.001 or more, in the metric's unit
  double activation_threshold = 0;  // active while exceeded; 0 or more
  catalog::Aggregation aggregation = catalog::Aggregation::kMax;
  std::optional<uint32_t> gpu_index;  // empty: all GPUs
  base::Duration heartbeat = std::chrono::seconds(10);
  std::string metric_name;
  HpaMetricType hpa_metric_type = HpaMetricType::kAverageValue;
  base::Duration window = base::Duration::zero();  // zero: the newest value
  double min_coverage_percent = 50;                // of nodes
  bool always_active = false;
};

struct MetadataEntry {
  std::string_view key;
  std::string_view value;
};

// What one trigger may hold; KEDA sends far less.
inline constexpr size_t kMostEntries = 64;
inline constexpr size_t kLongestText = 4096;  // of a key and of a value, in bytes

// Reads a trigger's metadata, in any order. White space around a value is
// ignored. KEYFromEnv counts as KEY, as KEDA resolves it. KEDA's own keys pass
// unread.
//
// INVALID_ARGUMENT names key, value and what is allowed; UNIMPLEMENTED names a
// key or metric that this version knows but cannot serve, once everything else
// is right. No message holds more than 64 bytes of a value.
absl::StatusOr<Trigger> ParseTrigger(std::span<const MetadataEntry> metadata);

// One row per metadata key, for docs/configuration.md and `--help`.
struct KeyDoc {
  std::string_view key;
  std::string_view meaning;
  std::string_view allowed;
  std::string_view default_value;
  bool implemented;
};
std::span<const KeyDoc> KeyDocs();

}  // namespace gpuscaler::scaling
