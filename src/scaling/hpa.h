// The arithmetic of Kubernetes' HorizontalPodAutoscaler for external metrics,
// as its controller does it (pkg/controller/podautoscaler, 1.36) with what
// KEDA hands it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>

#include "base/time.h"
#include "scaling/hpa_behavior.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

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
                        int64_t ready, const HpaTolerances& tolerances = {});

// Whether HPA takes the value for what it wants already, `current` above 0.
bool IsWithinTolerance(HpaMetricType type, double value, double target, int64_t current,
                       const HpaTolerances& tolerances = {});

// How far one sync may go up when the HPA has no `behavior` (KEDA sets none
// unless the ScaledObject does): to max(2 x current, 4) replicas in all.
int64_t ScaleUpLimit(int64_t current);

// Of several metrics HPA takes the largest wish. Of those that failed, which are empty,
// it knows nothing, and does not go down for the others. Empty: nothing changes.
std::optional<int64_t> LargestWish(std::span<const std::optional<int64_t>> wishes, int64_t current);

struct HpaLimits {
  int64_t min_replicas = 1;
  int64_t max_replicas = 100;
  base::Duration downscale_stabilization = std::chrono::seconds(300);  // without `behavior`
  std::optional<HpaBehavior> behavior = std::nullopt;
};

// The controller's steps after the arithmetic, over time: the stabilization windows,
// the scale-up limit or the policies of `behavior`, min and max.
// As in the controller, the replicas found at the first sync count as a
// recommendation, and a count outside [min, max] is put right at once.
class HpaModel {
 public:
  explicit HpaModel(HpaLimits limits) : limits_(std::move(limits)) {}
  // One sync: `recommended` from DesiredReplicas, empty where no metric could be
  // read, `current` spec.replicas; answers the new replica count.
  int64_t Sync(base::SteadyTime now, std::optional<int64_t> recommended, int64_t current);

 private:
  struct Recommendation {
    base::SteadyTime at;
    int64_t replicas;
  };

  int64_t WithoutBehavior(base::SteadyTime now, int64_t recommended, int64_t current);
  int64_t WithBehavior(const HpaBehavior& behavior, base::SteadyTime now, int64_t recommended,
                       int64_t current);
  // Both windows: the lowest recommendation of the one holds back what goes up, the
  // highest of the other what goes down.
  int64_t Stabilized(const HpaBehavior& behavior, base::SteadyTime now, int64_t recommended,
                     int64_t current);
  void Note(base::SteadyTime now, int64_t from, int64_t to);

  HpaLimits limits_;
  bool started_ = false;
  std::deque<Recommendation> recent_;
  ScaleEvents events_;
};

}  // namespace gpuscaler::scaling
