// The table of aggregations: how the readings of several GPUs become one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gpuscaler::catalog {

enum class Aggregation : uint8_t { kMax, kMin, kAvg, kSum, kP95, kP99 };

struct AggregationRow {
  Aggregation id;
  std::string_view name;
  std::string_view help;
  // Of one or more values, which it may reorder.
  double (*combine)(std::span<double> values);
};

std::span<const AggregationRow> Aggregations();
const AggregationRow& Row(Aggregation aggregation);
// nullptr: no aggregation of this name. Exact match.
const AggregationRow* FindAggregation(std::string_view name);
// "max, min, avg, ...".
std::string AggregationNames();

}  // namespace gpuscaler::catalog
