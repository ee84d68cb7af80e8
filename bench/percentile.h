// Percentiles of a sample, nearest rank.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/time.h"

namespace gpuscaler::bench {

// In microseconds; 0 of nothing. Reorders `sample`.
inline double PercentileUs(std::vector<base::Duration>& sample, double percent) {
  if (sample.empty()) return 0;
  const double rank = std::ceil(percent / 100 * static_cast<double>(sample.size()));
  const auto place = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(sample.begin(), sample.begin() + place, sample.end());
  return 1e6 * base::ToSeconds(sample[static_cast<size_t>(place)]);
}

}  // namespace gpuscaler::bench
