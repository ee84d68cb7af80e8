// KEDA's ScaledObject manifests, as far as an external scaler is concerned.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "scaling/trigger.h"

namespace gpuscaler::cli {

struct ScaledObjectTrigger {
  std::string type;  // "external" or "external-push"
  scaling::HpaMetricType hpa_metric_type = scaling::HpaMetricType::kAverageValue;
  std::map<std::string, std::string> metadata;
};

struct ScaledObject {
  std::string object_namespace = "default";
  std::string name;
  int64_t min_replicas = 0;
  int64_t max_replicas = 100;
  std::vector<ScaledObjectTrigger> triggers;  // the external ones
};

// Every ScaledObject in a YAML file of one or more documents; others are passed
// over. INVALID_ARGUMENT: "FILE:LINE: what is wrong".
absl::StatusOr<std::vector<ScaledObject>> ReadScaledObjects(const std::string& path);

}  // namespace gpuscaler::cli
