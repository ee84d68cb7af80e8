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
#include "catalog/workload_kinds.h"
#include "engines/signal/signal_source.h"

namespace gpuscaler::scaling {

// The trigger's `metricType` of the ScaledObject, which KEDA does not pass on.
enum class HpaMetricType : uint8_t { kAverageValue, kValue };

// Whose GPUs count.
struct WorkloadRef {
  const catalog::WorkloadKindRow* kind = nullptr;  // not owned, static
  std::string name;                                // of the kind `pods` a glob
  std::string pod_namespace;                       // the ScaledObject's
};

// What becomes of a GPU that pods of several workloads hold.
enum class SharedGpus : uint8_t {
  kError,  // nobody knows whose load it shows
  kWhole,  // it counts whole for each
};

// A number that engines tell, at every address behind an endpoint's name.
struct EngineMetric {
  engines::SignalSource source;
  std::string_view unit;  // static; empty: of a series that is in no table
  catalog::Kind kind = catalog::Kind::kTotal;
  catalog::Aggregation across = catalog::Aggregation::kSum;  // unless the trigger says otherwise
};

// The signal that exists at zero replicas.
struct ActivationSignal {
  engines::SignalSource source;
  double threshold = 0;  // active while the sum over the endpoint's addresses exceeds it
};

struct Trigger {
  const catalog::ProfileRow* profile = nullptr;  // not owned, static; nullptr: none named
  catalog::Metric metric = catalog::Metric::kGpuUtilization;  // without `engine`
  std::optional<EngineMetric> engine;                         // the metric instead
  std::optional<ActivationSignal> activation;
  double target = 0;                // 0.001 or more, in the metric's unit
  double activation_threshold = 0;  // active while exceeded; 0 or more
  catalog::Aggregation aggregation = catalog::Aggregation::kMax;
  std::optional<uint32_t> gpu_index;                  // empty: all GPUs
  std::optional<WorkloadRef> workload;                // empty: all GPUs in view
  base::Duration warmup = std::chrono::seconds(300);  // with workload or activation
  // With workload: combines the GPUs of each pod first; empty: all are one flat set.
  std::optional<catalog::Aggregation> pod_aggregation;
  SharedGpus shared_gpus = SharedGpus::kError;
  base::Duration heartbeat = std::chrono::seconds(10);
  std::string metric_name;
  HpaMetricType hpa_metric_type = HpaMetricType::kAverageValue;
  base::Duration window = base::Duration::zero();  // zero: the newest value
  double min_coverage_percent = 50;                // of nodes, or of the workload's replicas
  bool always_active = false;

  // Of the metric, whichever it is.
  catalog::Kind kind() const { return engine ? engine->kind : catalog::Row(metric).kind; }
  bool is_percent() const {
    return engine ? engine->unit == "%" : catalog::Row(metric).is_percent();
  }
  bool sums() const {
    return aggregation == catalog::Aggregation::kSum ||
           pod_aggregation == catalog::Aggregation::kSum;
  }
  // Whether its aggregate never exceeds 100: a percentage of which nothing is summed.
  bool bounded_by_100() const { return is_percent() && !sums(); }
  // What its aggregate does not exceed while the GPUs are sound; empty: nothing is known.
  std::optional<double> ceiling() const {
    if (bounded_by_100()) return 100;
    const double of_row = engine ? 0 : catalog::Row(metric).ceiling;
    return sums() || of_row == 0 ? std::nullopt : std::optional(of_row);
  }
};

struct MetadataEntry {
  std::string_view key;
  std::string_view value;
};

// What one trigger may hold; KEDA sends far less.
inline constexpr size_t kMostEntries = 64;
inline constexpr size_t kLongestText = 4096;  // of a key and of a value, in bytes
inline constexpr size_t kMostText = 16384;    // of all together

// Reads a trigger's metadata, in any order. White space around a value is
// ignored. KEYFromEnv counts as KEY, as KEDA resolves it. KEDA's own keys pass
// unread.
//
// INVALID_ARGUMENT names key, value and what is allowed. No message holds more than 64 bytes of a
// value.
//
// `object_namespace`: the ScaledObject's, where its workload is.
absl::StatusOr<Trigger> ParseTrigger(std::span<const MetadataEntry> metadata,
                                     std::string_view object_namespace = {});

// What it takes, with all that it alone has.
size_t BytesOf(const Trigger& trigger);

// Of a trigger that names none. `profile`: the one whose numbers it takes over;
// nullptr: none.
catalog::Aggregation DefaultAggregation(const catalog::ProfileRow* profile, bool of_workload);

// One row per metadata key, for docs/configuration.md and `--help`.
struct KeyDoc {
  std::string_view key;
  std::string_view meaning;
  std::string_view allowed;
  std::string_view default_value;
};
std::span<const KeyDoc> KeyDocs();

}  // namespace gpuscaler::scaling
