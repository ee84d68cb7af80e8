// What one exposition says about one signal.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace gpuscaler::engines {

struct SeriesValue {
  std::string labels;  // all of them, sorted: tells the series from its neighbours
  std::string group;   // what is folded or waits together; empty: all of the part
  double value = 0;
};

struct PartReading {
  // FAILED_PRECONDITION: no series of any candidate is there, `values` is empty.
  // Else an error means that what is there is no number that can be used.
  absl::Status status;
  std::string series;  // the selector that counts; empty: none is there
  std::vector<SeriesValue> values;
};

// One part for each of the signal's.
struct SignalReading {
  std::vector<PartReading> parts;
};

}  // namespace gpuscaler::engines
