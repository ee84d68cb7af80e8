// HPA's `behavior`, as a ScaledObject hands it on: how fast it may scale.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scaling/hpa_behavior.h"

namespace gpuscaler::manifests {

// At most `value` pods, or percent of them, within `period_seconds`.
struct ScalingPolicy {
  scaling::PolicyType type = scaling::PolicyType::kPods;
  int64_t value = 0;
  int64_t period_seconds = 0;
};

// One direction. What is not given is Kubernetes' default.
struct ScalingRules {
  std::optional<int64_t> stabilization_window_seconds;
  std::optional<scaling::SelectPolicy> select_policy;
  std::vector<ScalingPolicy> policies;  // empty: not given
  std::optional<double> tolerance;      // a fraction, 0.1
};

struct HpaBehavior {
  std::optional<ScalingRules> scale_up;  // empty: Kubernetes' defaults
  std::optional<ScalingRules> scale_down;
};

}  // namespace gpuscaler::manifests
