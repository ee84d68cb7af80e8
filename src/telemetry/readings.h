// One GPU's readings: for each GPU metric of the catalog a value or one of
// three kinds of absence, which are never mixed with zero or with each other.
#pragma once

#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "catalog/metrics.h"

namespace gpuscaler::telemetry {

enum class ReadingState : uint8_t {
  kNever,        // not read yet
  kUnsupported,  // the hardware does not have it
  kFailed,       // the newest attempt failed and there is no earlier value
  kValue,
};

struct Reading {
  ReadingState state = ReadingState::kNever;
  double value = 0;                  // in the metric's unit, finite; only with kValue
  base::SteadyTime sampled_at = {};  // when the value was read; only with kValue
  bool outlived = false;             // a later attempt failed; only with kValue
};

class Readings {
 public:
  const Reading& operator[](catalog::Metric metric) const { return at_[Place(metric)]; }
  Reading& operator[](catalog::Metric metric) { return at_[Place(metric)]; }

  std::optional<double> Value(catalog::Metric metric) const {
    const Reading& reading = (*this)[metric];
    if (reading.state != ReadingState::kValue) return std::nullopt;
    return reading.value;
  }

  // Empty also when the value outlives a failed attempt: for texts that have no
  // place for its age, in which it would look new.
  std::optional<double> Newest(catalog::Metric metric) const {
    return (*this)[metric].outlived ? std::nullopt : Value(metric);
  }

  // A value that is not finite cannot be a reading: it becomes kFailed.
  void Set(catalog::Metric metric, double value, base::SteadyTime sampled_at) {
    (*this)[metric] = std::isfinite(value) ? Reading{ReadingState::kValue, value, sampled_at, false}
                                           : Reading{ReadingState::kFailed, 0, {}, false};
  }
  void SetUnsupported(catalog::Metric metric) {
    (*this)[metric] = {ReadingState::kUnsupported, 0, {}, false};
  }
  void SetFailed(catalog::Metric metric) {
    (*this)[metric] = {ReadingState::kFailed, 0, {}, false};
  }

 private:
  static size_t Place(catalog::Metric metric) {
    assert(static_cast<size_t>(metric) < catalog::kGpuMetricCount);
    return static_cast<size_t>(metric);
  }
  std::array<Reading, catalog::kGpuMetricCount> at_;
};

}  // namespace gpuscaler::telemetry
