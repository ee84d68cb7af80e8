// The rate of a cumulative counter, from one reading to the next.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace gpuscaler::sources::nvml {

class CounterRate {
 public:
  // Bytes per second since the previous reading. Empty when there is none to
  // compare with: at first, when the counter went backwards (a reset), when
  // other `parts` were summed up in it than before, or when no time has passed.
  std::optional<double> Update(uint64_t bytes, uint64_t parts, base::SteadyTime now) {
    const std::optional<Point> before = point_;
    point_ = {bytes, parts, now};
    if (!before || before->parts != parts || bytes < before->bytes || now <= before->at) {
      return std::nullopt;
    }
    return static_cast<double>(bytes - before->bytes) / base::ToSeconds(now - before->at);
  }

 private:
  struct Point {
    uint64_t bytes;
    uint64_t parts;
    base::SteadyTime at;
  };
  std::optional<Point> point_;
};

}  // namespace gpuscaler::sources::nvml
