#include "engines/exposition/counter_growth.h"

#include <gtest/gtest.h>

namespace gpuscaler::engines {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
constexpr base::SteadyTime kStart{std::chrono::hours(1)};

double Amount(CounterGrowth& growth, std::vector<SeriesValue> counters, base::SteadyTime now) {
  double amount = 0;
  for (const auto& [group, part] : growth.Update(counters, now)) amount += part.amount;
  return amount;
}

TEST(CounterGrowth, IsTheDifferenceOfEachSeries) {
  CounterGrowth growth;
  EXPECT_EQ(Amount(growth, {{"a", "", 100}, {"b", "", 7}}, kStart), 0);
  EXPECT_EQ(Amount(growth, {{"b", "", 9}, {"a", "", 103}}, kStart + seconds(1)), 5);
  EXPECT_EQ(Amount(growth, {{"a", "", 103}, {"b", "", 9}}, kStart + seconds(2)), 0);
}

TEST(CounterGrowth, IsToldByGroup) {
  CounterGrowth growth;
  growth.Update(std::vector<SeriesValue>{{"a", "x", 1}, {"b", "x", 1}, {"c", "y", 1}}, kStart);
  const auto grown = growth.Update(
      std::vector<SeriesValue>{{"a", "x", 2}, {"b", "x", 3}, {"c", "y", 0}}, kStart + seconds(1));
  ASSERT_EQ(grown.size(), 2U);
  EXPECT_EQ(grown.at("x").amount, 3);
  EXPECT_FALSE(grown.at("x").restarted);
  EXPECT_EQ(grown.at("y").amount, 0);
  EXPECT_TRUE(grown.at("y").restarted);
}

TEST(CounterGrowth, OfACounterThatFellIsFromZero) {
  CounterGrowth growth;
  Amount(growth, {{"a", "", 100}, {"b", "", 50}}, kStart);
  EXPECT_EQ(Amount(growth, {{"a", "", 3}, {"b", "", 52}}, kStart + seconds(1)), 5);
  EXPECT_EQ(Amount(growth, {{"a", "", 4}, {"b", "", 52}}, kStart + seconds(2)), 1);
}

TEST(CounterGrowth, OfANewSeriesIsFromZero) {
  CounterGrowth growth;
  EXPECT_EQ(Amount(growth, {}, kStart), 0);
  EXPECT_EQ(Amount(growth, {{"a", "", 2}}, kStart + seconds(1)), 2);
  EXPECT_EQ(Amount(growth, {{"a", "", 2}, {"b", "", 1}}, kStart + seconds(2)), 1);
}

TEST(CounterGrowth, OfASeriesThatComesBackGoesOn) {
  CounterGrowth growth;
  Amount(growth, {{"a", "", 1000}, {"b", "", 1}}, kStart);
  EXPECT_EQ(Amount(growth, {{"b", "", 1}}, kStart + seconds(1)), 0);
  EXPECT_EQ(Amount(growth, {{"a", "", 1004}, {"b", "", 1}}, kStart + seconds(2)), 4);
  // Forgotten after a while.
  EXPECT_EQ(Amount(growth, {{"b", "", 1}}, kStart + seconds(2) + minutes(5)), 0);
  EXPECT_EQ(Amount(growth, {{"a", "", 1005}, {"b", "", 1}}, kStart + seconds(3) + minutes(5)), 1);
  EXPECT_EQ(Amount(growth, {{"b", "", 1}}, kStart + seconds(4) + minutes(10)), 0);
  EXPECT_EQ(Amount(growth, {{"a", "", 7}, {"b", "", 1}}, kStart + seconds(5) + minutes(10)), 7);
}

TEST(CounterGrowth, RemembersABoundedNumberOfSeriesThatAreGone) {
  CounterGrowth growth;
  std::vector<SeriesValue> many(10'001);
  for (size_t i = 0; i < many.size(); ++i) many[i] = {std::to_string(i), "", 5};
  Amount(growth, many, kStart);
  EXPECT_EQ(Amount(growth, {{"x", "", 5}}, kStart + seconds(1)), 5);
  EXPECT_EQ(Amount(growth, many, kStart + seconds(2)), 5.0 * 10'001);
}

}  // namespace
}  // namespace gpuscaler::engines
