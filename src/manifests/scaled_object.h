// KEDA's ScaledObject, as far as an external scaler and its users are concerned.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/hpa_behavior.h"
#include "manifests/places.h"
#include "scaling/trigger.h"

namespace gpuscaler::manifests {

struct AuthenticationRef {
  std::string name;
  std::string kind = "TriggerAuthentication";
};

struct ScaledObjectTrigger {
  std::string type;  // "external" or "external-push"
  std::string name;  // empty: none
  scaling::HpaMetricType hpa_metric_type = scaling::HpaMetricType::kAverageValue;
  bool use_cached_metrics = false;
  std::optional<AuthenticationRef> authentication;
  std::map<std::string, std::string> metadata;
  // Of paths within the trigger: "metricType", "metadata.workload".
  Places places;
};

// The object that is scaled.
struct ScaleTarget {
  std::string api_version = "apps/v1";
  std::string kind = "Deployment";
  std::string name;
};

struct Fallback {
  int64_t failure_threshold = 0;
  int64_t replicas = 0;
  std::string behavior = "static";
};

struct ScalingModifiers {
  std::string formula;  // each is empty where it is not given
  std::string target;
  std::string activation_target;
};

struct TriggerName {
  std::string name;
  int line = 0;
};

// What is not given has KEDA's default.
struct ScaledObject {
  std::string file;
  std::string object_namespace = "default";
  std::string name;
  ScaleTarget target;
  int64_t polling_interval_seconds = 30;
  int64_t cooldown_seconds = 300;
  int64_t initial_cooldown_seconds = 0;
  std::optional<int64_t> idle_replicas;
  int64_t min_replicas = 0;
  int64_t max_replicas = 100;
  bool counts_known = true;  // false: one of the numbers above was wrong, and has its default
  std::optional<Fallback> fallback;
  HpaBehavior behavior;
  bool is_job = false;                        // a ScaledJob
  bool has_scaling_modifiers = false;         // a formula makes the number
  ScalingModifiers scaling_modifiers;         // it, if so
  std::string hpa_name;                       // empty: KEDA makes one of the object's name
  std::vector<ScaledObjectTrigger> triggers;  // the external ones
  std::vector<std::string> other_triggers;    // the types of the others
  std::vector<TriggerName> trigger_names;     // of all triggers that have one
  // Of paths within the object: "spec.minReplicaCount".
  Places places;
};

// Why the trigger's metricType and what its metadata tell the scaler of it (hpaMetricType)
// cannot both be meant; empty: they can. KEDA does not pass metricType on, so both must be
// said alike: under Value a workload's number that is made for AverageValue grows with its
// replicas and ends at maxReplicaCount.
std::string MetricTypeContradiction(const ScaledObjectTrigger& trigger);

}  // namespace gpuscaler::manifests
