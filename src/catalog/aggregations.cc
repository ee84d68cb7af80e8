#include "catalog/aggregations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

double Max(std::span<double> values) {
  return *std::max_element(values.begin(), values.end());
}
double Min(std::span<double> values) {
  return *std::min_element(values.begin(), values.end());
}
double Sum(std::span<double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}
double Avg(std::span<double> values) {
  return Sum(values) / static_cast<double>(values.size());
}

// Nearest rank: the smallest value that at least `percent` of 100 of the values
// do not exceed; its rank, from 1, is ceil(percent / 100 x n).
template <size_t percent>
double NearestRank(std::span<double> values) {
  const size_t rank = (percent * values.size() + 99) / 100;
  const auto at = values.begin() + static_cast<ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

constexpr std::array<AggregationRow, 6> kAggregations = {{
    {Aggregation::kMax, "max", "the largest", Max},
    {Aggregation::kMin, "min", "the smallest", Min},
    {Aggregation::kAvg, "avg", "the mean", Avg},
    {Aggregation::kSum, "sum", "the sum", Sum},
    {Aggregation::kP95, "p95", "the 95th percentile by nearest rank", NearestRank<95>},
    {Aggregation::kP99, "p99", "the 99th percentile by nearest rank", NearestRank<99>},
}};

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kAggregations.size(); ++i) {
    if (kAggregations[i].id != static_cast<Aggregation>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInOrder(), "a row's place is its Aggregation's value");

}  // namespace

std::span<const AggregationRow> Aggregations() {
  return kAggregations;
}

const AggregationRow& Row(Aggregation aggregation) {
  return kAggregations[static_cast<size_t>(aggregation)];
}

const AggregationRow* FindAggregation(std::string_view name) {
  for (const AggregationRow& row : kAggregations) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string AggregationNames() {
  std::string names;
  for (const AggregationRow& row : kAggregations) {
    base::AppendItem(&names, row.name);
  }
  return names;
}

}  // namespace gpuscaler::catalog
