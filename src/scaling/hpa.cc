#include "scaling/hpa.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

// Not |1 - ratio| <= tolerance, which differs in the last bit: 88 / 80 is
// within (replica_calculator.go, Tolerances.isWithin).
bool IsNearOne(double ratio) {
  return 1.0 - kHpaTolerance <= ratio && ratio <= 1.0 + kHpaTolerance;
}

// The controller counts in int32; what does not fit there ends at its maximum.
int64_t Ceil(double replicas) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  return static_cast<int64_t>(std::min(std::ceil(replicas), kMost));
}

}  // namespace

int64_t DesiredReplicas(HpaMetricType type, double value, double target, int64_t current,
                        int64_t ready) {
  // KEDA since 2.20 prints "%.3f" (pkg/scalers/scaler.go, quantityFromFloat64);
  // older ones cut, which differs in the third decimal.
  const auto usage = static_cast<double>(Thousandths(value));
  const auto wanted = static_cast<double>(Thousandths(target));
  if (current == 0) return Ceil(usage / wanted);
  if (IsWithinTolerance(type, value, target, current)) return current;
  if (type == HpaMetricType::kAverageValue) return Ceil(usage / wanted);
  return Ceil(usage / wanted * static_cast<double>(ready));
}

bool IsWithinTolerance(HpaMetricType type, double value, double target, int64_t current) {
  const auto usage = static_cast<double>(Thousandths(value));
  const auto wanted = static_cast<double>(Thousandths(target));
  if (type == HpaMetricType::kValue) return IsNearOne(usage / wanted);
  return IsNearOne(usage / (wanted * static_cast<double>(current)));
}

int64_t ScaleUpLimit(int64_t current) {
  return std::max<int64_t>(2 * current, 4);
}

int64_t HpaModel::Sync(base::SteadyTime now, int64_t recommended, int64_t current) {
  if (!started_) recent_.push_back({now, current});
  started_ = true;
  if (current == 0 && limits_.min_replicas != 0) return 0;  // asleep until KEDA wakes it
  if (current > limits_.max_replicas) return limits_.max_replicas;
  if (current < limits_.min_replicas) return limits_.min_replicas;

  const base::SteadyTime cutoff = now - limits_.downscale_stabilization;
  std::erase_if(recent_, [&](const Recommendation& held) { return held.at < cutoff; });
  recent_.push_back({now, recommended});
  int64_t replicas = recommended;
  for (const Recommendation& held : recent_) replicas = std::max(replicas, held.replicas);

  if (replicas < limits_.min_replicas) return limits_.min_replicas;
  return std::min(replicas, std::min(limits_.max_replicas, ScaleUpLimit(current)));
}

}  // namespace gpuscaler::scaling
