// Time points, durations and their text form.
//
// Intervals and ages are steady_clock's; system_clock appears on the wire only.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace gpuscaler::base {

using Duration = std::chrono::nanoseconds;
using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

// Later than any time that comes.
inline constexpr SteadyTime kNever = SteadyTime::max();

inline SteadyTime Now() {
  return std::chrono::steady_clock::now();
}

// Reads "200ms", "2s", "1m30s", and "0". INVALID_ARGUMENT for anything else: a
// number other than 0 without a unit, infinities, more than 292 years.
absl::StatusOr<Duration> ParseDuration(std::string_view text);

// The shortest exact form that ParseDuration reads: "200ms", "2s", "1m30s".
std::string FormatDuration(Duration duration);

// For people: seconds with one decimal, "12.3s".
std::string FormatSeconds(Duration duration);

inline double ToSeconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace gpuscaler::base
