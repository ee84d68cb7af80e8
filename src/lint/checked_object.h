// A ScaledObject as rules look at it: its triggers read as the scaler reads them, and
// what else is in the files.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/quantities.h"
#include "manifests/manifest_file.h"
#include "scaling/fault.h"
#include "scaling/trigger.h"

namespace gpuscaler::lint {

// All of one run.
struct Surroundings {
  std::vector<const manifests::TriggerAuthentication*> authentications;  // not owned
  std::vector<const manifests::PodTemplate*> pod_templates;              // not owned
};

// What the scaler says of a trigger's metadata.
struct Refusal {
  scaling::Fault fault;
  std::string message;
};

struct CheckedObject;

struct CheckedTrigger {
  const CheckedObject* object = nullptr;                   // not owned
  const manifests::ScaledObjectTrigger* source = nullptr;  // not owned
  std::vector<Refusal> refusals;
  // Empty: it is refused, or a key comes from the environment (KEYFromEnv), so that
  // nobody knows here what it says.
  std::optional<scaling::Trigger> read;

  // The value of a key, also as KEYFromEnv; empty: not given.
  std::optional<std::string_view> Value(std::string_view key) const;
  bool Has(std::string_view key) const { return Value(key).has_value(); }
  // That which it refers to, if it is in the files; else nullptr.
  const manifests::TriggerAuthentication* Authentication() const;
  // The line of a metadata key; of one that is not given that of the metadata.
  int LineOf(std::string_view key) const;
  // Of the first of these keys that is given.
  int LineOfFirst(std::span<const std::string_view> keys) const;
  // Where the metric is chosen: metricType, a shorthand, the profile.
  int MetricLine() const;
  // Where the target is.
  int TargetLine() const;

  bool is_average() const {
    return source->hpa_metric_type == scaling::HpaMetricType::kAverageValue;
  }
  // What engines tell, also where their series is given (engineMetric); nullptr: the metric is
  // the GPUs', or a series without a row.
  const catalog::QuantityRow* quantity() const;
  // "gpu_utilization", "inflight of vllm".
  std::string_view MetricName() const;
};

struct CheckedObject {
  const manifests::ScaledObject* object = nullptr;  // not owned
  const Surroundings* surroundings = nullptr;       // not owned
  std::vector<CheckedTrigger> triggers;             // those of this scaler

  int LineOf(std::string_view path) const { return object->places.LineOf(path); }
  // Whether KEDA may take it to zero replicas.
  bool MayBeZero() const;
  // Where it says so.
  int ZeroLine() const;
  std::string_view ZeroText() const;  // "minReplicaCount is 0"
};

// `checked` must not be moved afterwards: its triggers point to it.
void Check(const manifests::ScaledObject& object, const Surroundings& surroundings,
           CheckedObject& checked);

}  // namespace gpuscaler::lint
