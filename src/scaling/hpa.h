// The arithmetic of Kubernetes' HorizontalPodAutoscaler for external metrics,
// as its controller does it (pkg/controller/podautoscaler, 1.36).
#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// HPA changes nothing while |1 - ratio| is at most this.
inline constexpr double kHpaTolerance = 0.1;

// Replicas that one metric asks for.
//   AverageValue: ratio = value / (target x current); ceil(value / target)
//   Value:        ratio = value / target;             ceil(ratio x ready)
// `current` is status.replicas, `ready` the ready pods among them. KEDA passes
// both numbers on in thousandths, so value and target are rounded to those.
int64_t DesiredReplicas(HpaMetricType type, double value, double target, int64_t current,
                        int64_t ready);

// How far one sync may go up when KEDA sets no `behavior`:
// to max(2 x current, 4) replicas in all.
int64_t ScaleUpLimit(int64_t current);

struct HpaLimits {
  int64_t min_replicas = 1;
  int64_t max_replicas = 100;
  base::Duration downscale_stabilization = std::chrono::seconds(300);
};

// The controller's steps after the arithmetic, over time: the highest
// recommendation of the stabilization window, the scale-up limit, min and max.
class HpaModel {
 public:
  explicit HpaModel(HpaLimits limits) : limits_(limits) {}
  // One sync: `recommended` from DesiredReplicas; answers the new replica count.
  int64_t Sync(base::SteadyTime now, int64_t recommended, int64_t current);

 private:
  struct Recommendation {
    base::SteadyTime at;
    int64_t replicas;
  };
  HpaLimits limits_;
  std::deque<Recommendation> recent_;
};

}  // namespace gpuscaler::scaling
