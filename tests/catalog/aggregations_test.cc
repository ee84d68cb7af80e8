#include "catalog/aggregations.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace gpuscaler::catalog {
namespace {

double Combine(Aggregation aggregation, std::vector<double> values) {
  return Row(aggregation).combine(values);
}

TEST(Aggregations, AreFoundByTheirExactNamesOnly) {
  for (const AggregationRow& row : Aggregations()) {
    EXPECT_EQ(FindAggregation(row.name), &row);
    EXPECT_EQ(&Row(row.id), &row);
    EXPECT_FALSE(row.help.empty());
  }
  EXPECT_EQ(FindAggregation("MAX"), nullptr);
  EXPECT_EQ(FindAggregation("p9"), nullptr);
  EXPECT_EQ(FindAggregation(""), nullptr);
  EXPECT_EQ(AggregationNames(), "max, min, avg, sum, p95, p99");
}

TEST(Aggregations, OfOneValueAreThatValue) {
  for (const AggregationRow& row : Aggregations()) EXPECT_EQ(Combine(row.id, {7.5}), 7.5);
}

TEST(Aggregations, OfSeveralValues) {
  const std::vector<double> values = {30, 10, 20, 40};
  EXPECT_EQ(Combine(Aggregation::kMax, values), 40);
  EXPECT_EQ(Combine(Aggregation::kMin, values), 10);
  EXPECT_EQ(Combine(Aggregation::kAvg, values), 25);
  EXPECT_EQ(Combine(Aggregation::kSum, values), 100);
  EXPECT_EQ(Combine(Aggregation::kP95, values), 40);
  EXPECT_EQ(Combine(Aggregation::kP99, values), 40);
}

TEST(Aggregations, TakeNegativeValues) {
  const std::vector<double> values = {-3, -1, -2};
  EXPECT_EQ(Combine(Aggregation::kMax, values), -1);
  EXPECT_EQ(Combine(Aggregation::kMin, values), -3);
  EXPECT_EQ(Combine(Aggregation::kSum, values), -6);
}

// n values 1 ... n, backwards.
std::vector<double> Descending(size_t n) {
  std::vector<double> values(n);
  std::iota(values.rbegin(), values.rend(), 1.0);
  return values;
}

// Rank ceil(0.95 n): only with 20 values does it part from the last.
TEST(NearestRank, OfP95ForOneToTwentyValues) {
  const std::array<double, 20> expected = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                           11, 12, 13, 14, 15, 16, 17, 18, 19, 19};
  for (size_t n = 1; n <= 20; ++n) {
    EXPECT_EQ(Combine(Aggregation::kP95, Descending(n)), expected[n - 1]) << n;
  }
}

TEST(NearestRank, OfP95AndP99OfMoreValues) {
  EXPECT_EQ(Combine(Aggregation::kP95, Descending(21)), 20);  // 19.95
  EXPECT_EQ(Combine(Aggregation::kP95, Descending(40)), 38);  // 38 exactly
  EXPECT_EQ(Combine(Aggregation::kP95, Descending(41)), 39);  // 38.95
  EXPECT_EQ(Combine(Aggregation::kP95, Descending(1000)), 950);
  EXPECT_EQ(Combine(Aggregation::kP99, Descending(99)), 99);    // 98.01
  EXPECT_EQ(Combine(Aggregation::kP99, Descending(100)), 99);   // 99 exactly
  EXPECT_EQ(Combine(Aggregation::kP99, Descending(101)), 100);  // 99.99
  EXPECT_EQ(Combine(Aggregation::kP99, Descending(1000)), 990);
}

TEST(NearestRank, DoesNotDependOnTheOrder) {
  std::vector<double> values = {5, 1, 4, 2, 3};
  std::sort(values.begin(), values.end());
  do {
    ASSERT_EQ(Combine(Aggregation::kP95, values), 5);
  } while (std::next_permutation(values.begin(), values.end()));
}

}  // namespace
}  // namespace gpuscaler::catalog
