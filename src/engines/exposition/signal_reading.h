// What one exposition says about one signal.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engines/exposition/series_key.h"

namespace gpuscaler::engines {

struct SeriesValue {
  SeriesKey series;  // by all of its labels: tells it from its neighbours
  SeriesKey group;   // what is folded or waits together; of no labels: all of the part
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
