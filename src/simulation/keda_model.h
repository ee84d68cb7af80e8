// What KEDA's operator (2.21) does with a ScaledObject beside the HPA: 0 to 1 and back,
// the idle count, and the value that stands in when a trigger fails. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "scaling/trigger.h"

namespace gpuscaler::simulation {

enum class FallbackBehavior : uint8_t {
  kStatic,
  kCurrentReplicas,
  kCurrentReplicasIfHigher,
  kCurrentReplicasIfLower,
};

struct Fallback {
  int64_t failure_threshold = 0;
  int64_t replicas = 0;
  FallbackBehavior behavior = FallbackBehavior::kStatic;
};

struct KedaSettings {
  int64_t min_replicas = 0;
  int64_t max_replicas = 100;
  std::optional<int64_t> idle_replicas;
  base::Duration polling_interval = std::chrono::seconds(30);
  base::Duration cooldown = std::chrono::seconds(300);
  base::Duration initial_cooldown = {};
  std::optional<Fallback> fallback;

  // The HPA's own minimum, which is never 0.
  int64_t HpaMinimum() const { return min_replicas > 0 ? min_replicas : 1; }
  // Whether the poll does anything; else the HPA alone asks.
  bool Polls() const { return min_replicas == 0 || idle_replicas.has_value(); }
};

class KedaModel {
 public:
  // The ScaledObject was made at `now`.
  KedaModel(const KedaSettings& settings, base::SteadyTime now)
      : settings_(settings), created_(now) {}

  // A poll, or a pushed `true`: whether a trigger is active, and whether one failed.
  // Answers the new replica count.
  int64_t Request(base::SteadyTime now, bool active, bool error, int64_t current);

 private:
  bool HasCooledDown(base::SteadyTime now) const;

  const KedaSettings settings_;
  const base::SteadyTime created_;
  std::optional<base::SteadyTime> last_active_;
};

// The failures of one trigger in a row.
class FallbackModel {
 public:
  explicit FallbackModel(std::optional<Fallback> fallback) : fallback_(fallback) {}

  void Succeeded() { failures_ = 0; }
  // What KEDA says instead of the value that could not be had; empty: the error.
  // `current`: replicas, `ready` those that are ready.
  std::optional<double> Failed(scaling::HpaMetricType type, double target, int64_t current,
                               int64_t ready);

 private:
  const std::optional<Fallback> fallback_;
  int64_t failures_ = 0;
};

}  // namespace gpuscaler::simulation
