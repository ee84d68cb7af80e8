// What a trigger can ask of any engine: a series, or the growth of a counter.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "engines/exposition/series_selector.h"

namespace gpuscaler::engines {

struct SeriesExpression {
  SeriesSelector selector;
  bool rate = false;  // growth per second, over the last ones
};

// Reads SELECTOR or rate(SELECTOR). INVALID_ARGUMENT as "column 7: what is wrong;
// what is right", where the columns are the selector's.
absl::StatusOr<SeriesExpression> ParseSeriesExpression(std::string_view text);

}  // namespace gpuscaler::engines
