// The arithmetic of Kubernetes' HorizontalPodAutoscaler for external metrics,
// as its controller does it (pkg/controller/podautoscaler, 1.36) with what
// KEDA hands it.
#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// HPA changes nothing while 1 - tolerance <= ratio <= 1 + tolerance.
inline constexpr double kHpaTolerance = 0.1;

// Replicas that one metric asks for.
//   AverageValue: ratio = value / (target x current); ceil(value / target)
//   Value:        ratio = value / target;             ceil(ratio x ready)
// and `current` within the tolerance. At current = 0, where HPA is asleep
// unless its minimum is 0, there is no tolerance: ceil(value / target).
//
// `current` is status.replicas under AverageValue and spec.replicas under Value,
// `ready` the ready pods. KEDA passes value and target on in thousandths, and so
// they count here: value finite and >= 0, target >= 0.001.
int64_t DesiredReplicas(HpaMetricType type, double value, double target, int64_t current,
                        int64_t ready);

// Whether HPA takes the value for what it wants already, `current` above 0.
bool IsWithinTolerance(HpaMetricType type, double value, double target, int64_t current);

// How far one sync may go up when the HPA has no `behavior` (KEDA sets none
// unless the ScaledObject does): to max(2 x current, 4) replicas in all.
int64_t ScaleUpLimit(int64_t current);

struct HpaLimits {
  int64_t min_replicas = 1;
  int64_t max_replicas = 100;
  base::Duration downscale_stabilization = std::chrono::seconds(300);
};

// The controller's steps after the arithmetic, over time: the highest
// recommendation of the stabilization window, the scale-up limit, min and max.
// As in the controller, the replicas found at the first sync count as a
// recommendation, and a count outside [min, max] is put right at once.
class HpaModel {
 public:
  explicit HpaModel(HpaLimits limits) : limits_(limits) {}
  // One sync: `recommended` from DesiredReplicas, `current` spec.replicas;
  // answers the new replica count.
  int64_t Sync(base::SteadyTime now, int64_t recommended, int64_t current);

 private:
  struct Recommendation {
    base::SteadyTime at;
    int64_t replicas;
  };
  HpaLimits limits_;
  bool started_ = false;
  std::deque<Recommendation> recent_;
};

}  // namespace gpuscaler::scaling
