// An HPA's `behavior`: how fast it may go up and down, as Kubernetes' controller
// (pkg/controller/podautoscaler/horizontal.go, 1.36) reads it. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.h"

namespace gpuscaler::scaling {

// HPA changes nothing while 1 - down <= ratio <= 1 + up.
inline constexpr double kHpaTolerance = 0.1;
struct HpaTolerances {
  double up = kHpaTolerance;
  double down = kHpaTolerance;
};

enum class PolicyType : uint8_t { kPods, kPercent };

// At most so many pods, or so many percent of what ran when the period began, come or
// go within a period.
struct ScalingPolicy {
  PolicyType type = PolicyType::kPods;
  int64_t value = 0;           // > 0
  base::Duration period = {};  // whole seconds
};

enum class SelectPolicy : uint8_t {
  kMax,  // of several policies the one that allows the greatest change
  kMin,
  kDisabled,  // this direction is off
};

struct ScalingRules {
  base::Duration stabilization = {};
  SelectPolicy select = SelectPolicy::kMax;
  std::vector<ScalingPolicy> policies;
};

// What the API server fills in for what a `behavior` leaves out.
ScalingRules DefaultScaleUpRules();    // at once; 4 pods or 100 percent in 15 s
ScalingRules DefaultScaleDownRules();  // after 300 s; 100 percent in 15 s

struct HpaBehavior {
  ScalingRules up = DefaultScaleUpRules();
  ScalingRules down = DefaultScaleDownRules();
};

// A change that the HPA made itself; KEDA's are none.
struct ScaleEvent {
  base::SteadyTime at;
  int64_t change;  // > 0
};

struct ScaleEvents {
  std::deque<ScaleEvent> up;
  std::deque<ScaleEvent> down;
};

// Takes `event` into the past of its direction, whose rules are `rules`.
void Remember(const ScaleEvent& event, const ScalingRules& rules, std::deque<ScaleEvent>& past);

// How far a sync at `now` may go from `current`, by `rules` alone: up, never below
// `current`; down, never above it.
int64_t HighestAllowed(const ScalingRules& rules, int64_t current, const ScaleEvents& events,
                       base::SteadyTime now);
int64_t LowestAllowed(const ScalingRules& rules, int64_t current, const ScaleEvents& events,
                      base::SteadyTime now);

}  // namespace gpuscaler::scaling
