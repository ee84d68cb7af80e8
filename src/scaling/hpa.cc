#include "scaling/hpa.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

// Not |1 - ratio| <= tolerance, which differs in the last bit: 88 / 80 is
// within (replica_calculator.go, Tolerances.isWithin).
bool IsNearOne(double ratio, const HpaTolerances& tolerances) {
  return 1.0 - tolerances.down <= ratio && ratio <= 1.0 + tolerances.up;
}

// The controller counts in int32; what does not fit there ends at its maximum.
int64_t Ceil(double replicas) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  return static_cast<int64_t>(std::min(std::ceil(replicas), kMost));
}

}  // namespace

int64_t DesiredReplicas(HpaMetricType type, double value, double target, int64_t current,
                        int64_t ready, const HpaTolerances& tolerances) {
  // KEDA since 2.20 prints "%.3f" (pkg/scalers/scaler.go, quantityFromFloat64);
  // older ones cut, which differs in the third decimal.
  const auto usage = static_cast<double>(Thousandths(value));
  const auto wanted = static_cast<double>(Thousandths(target));
  if (current == 0) return Ceil(usage / wanted);
  if (IsWithinTolerance(type, value, target, current, tolerances)) return current;
  if (type == HpaMetricType::kAverageValue) return Ceil(usage / wanted);
  return Ceil(usage / wanted * static_cast<double>(ready));
}

bool IsWithinTolerance(HpaMetricType type, double value, double target, int64_t current,
                       const HpaTolerances& tolerances) {
  const auto usage = static_cast<double>(Thousandths(value));
  const auto wanted = static_cast<double>(Thousandths(target));
  if (type == HpaMetricType::kValue) return IsNearOne(usage / wanted, tolerances);
  return IsNearOne(usage / (wanted * static_cast<double>(current)), tolerances);
}

int64_t ScaleUpLimit(int64_t current) {
  return std::max<int64_t>(2 * current, 4);
}

std::optional<int64_t> LargestWish(std::span<const std::optional<int64_t>> wishes,
                                   int64_t current) {
  std::optional<int64_t> most;
  bool failed = false;
  for (const std::optional<int64_t>& wish : wishes) {
    failed = failed || !wish;
    if (wish) most = std::max(most.value_or(0), *wish);
  }
  if (failed && most && *most < current) return std::nullopt;
  return most;
}

int64_t HpaModel::Sync(base::SteadyTime now, std::optional<int64_t> recommended, int64_t current) {
  if (!started_) recent_.push_back({now, current});
  started_ = true;
  if (current == 0 && limits_.min_replicas != 0) return 0;  // asleep until KEDA wakes it
  int64_t replicas = current;
  if (current > limits_.max_replicas) {
    replicas = limits_.max_replicas;
  } else if (current < limits_.min_replicas) {
    replicas = limits_.min_replicas;
  } else if (recommended) {
    replicas = limits_.behavior ? WithBehavior(*limits_.behavior, now, *recommended, current)
                                : WithoutBehavior(now, *recommended, current);
  }
  if (limits_.behavior) Note(now, current, replicas);
  return replicas;
}

int64_t HpaModel::WithoutBehavior(base::SteadyTime now, int64_t recommended, int64_t current) {
  const base::SteadyTime cutoff = now - limits_.downscale_stabilization;
  std::erase_if(recent_, [&](const Recommendation& held) { return held.at < cutoff; });
  recent_.push_back({now, recommended});
  int64_t replicas = recommended;
  for (const Recommendation& held : recent_) replicas = std::max(replicas, held.replicas);

  if (replicas < limits_.min_replicas) return limits_.min_replicas;
  return std::min(replicas, std::min(limits_.max_replicas, ScaleUpLimit(current)));
}

int64_t HpaModel::WithBehavior(const HpaBehavior& behavior, base::SteadyTime now,
                               int64_t recommended, int64_t current) {
  const int64_t stabilized = Stabilized(behavior, now, recommended, current);
  if (stabilized > current) {
    return std::min(
        {stabilized, limits_.max_replicas, HighestAllowed(behavior.up, current, events_, now)});
  }
  if (stabilized < current) {
    return std::max(
        {stabilized, limits_.min_replicas, LowestAllowed(behavior.down, current, events_, now)});
  }
  return current;
}

int64_t HpaModel::Stabilized(const HpaBehavior& behavior, base::SteadyTime now, int64_t recommended,
                             int64_t current) {
  const base::SteadyTime up_cutoff = now - behavior.up.stabilization;
  const base::SteadyTime down_cutoff = now - behavior.down.stabilization;
  int64_t lowest = recommended;
  int64_t highest = recommended;
  for (const Recommendation& held : recent_) {
    if (held.at > up_cutoff) lowest = std::min(lowest, held.replicas);
    if (held.at > down_cutoff) highest = std::max(highest, held.replicas);
  }
  const base::SteadyTime oldest = std::min(up_cutoff, down_cutoff);
  std::erase_if(recent_, [&](const Recommendation& held) { return held.at < oldest; });
  recent_.push_back({now, recommended});
  return std::min(std::max(current, lowest), highest);
}

void HpaModel::Note(base::SteadyTime now, int64_t from, int64_t to) {
  if (to > from) Remember({now, to - from}, limits_.behavior->up, events_.up);
  if (to < from) Remember({now, from - to}, limits_.behavior->down, events_.down);
}

}  // namespace gpuscaler::scaling
