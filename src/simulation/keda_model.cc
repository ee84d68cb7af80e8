#include "simulation/keda_model.h"

#include <algorithm>

namespace gpuscaler::simulation {

int64_t KedaModel::Request(base::SteadyTime now, bool active, bool error, int64_t current) {
  const int64_t least = settings_.min_replicas;
  const auto& idle = settings_.idle_replicas;
  if (active) {
    const bool wakes = current == 0 || (idle && current < least);
    // With an error of another trigger the time of the last activity stays.
    if (wakes || !error) last_active_ = now;
    return wakes ? settings_.HpaMinimum() : current;
  }
  // An error is no inactivity, unless the fallback is zero replicas.
  if (error && (!settings_.fallback || settings_.fallback->replicas != 0)) return current;
  if ((idle && current > *idle) || (current > 0 && least == 0)) {
    if (!HasCooledDown(now)) return current;
    return idle.value_or(least);
  }
  if (!idle && current < least) return least;
  return current;
}

bool KedaModel::HasCooledDown(base::SteadyTime now) const {
  if (!last_active_) return created_ + settings_.initial_cooldown < now;
  return *last_active_ + settings_.cooldown < now;
}

std::optional<double> FallbackModel::Failed(scaling::HpaMetricType type, double target,
                                            int64_t current, int64_t ready) {
  if (!fallback_ || ++failures_ <= fallback_->failure_threshold) return std::nullopt;
  int64_t replicas = fallback_->replicas;
  switch (fallback_->behavior) {
    case FallbackBehavior::kStatic:
      break;
    case FallbackBehavior::kCurrentReplicas:
      replicas = current;
      break;
    case FallbackBehavior::kCurrentReplicasIfHigher:
      replicas = std::max(replicas, current);
      break;
    case FallbackBehavior::kCurrentReplicasIfLower:
      replicas = std::min(replicas, current);
      break;
  }
  const double value = target * static_cast<double>(replicas);
  if (type == scaling::HpaMetricType::kAverageValue) return value;
  if (ready == 0) return std::nullopt;
  return value / static_cast<double>(ready);
}

}  // namespace gpuscaler::simulation
