// The moment that a page of the JSON API is made at, and how its numbers are cut.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/time.h"

namespace gpuscaler::web {

struct PageTime {
  base::SteadyTime now;
  base::WallTime at;  // the same moment on the wall

  // Seconds, to the millisecond; never below 0.
  double AgeOf(base::SteadyTime then) const;
};

// Three decimals: more would be noise.
inline double Rounded(double number) {
  return std::round(number * 1000) / 1000;
}

inline double PageTime::AgeOf(base::SteadyTime then) const {
  return Rounded(std::max(base::ToSeconds(now - then), 0.0));
}

}  // namespace gpuscaler::web
