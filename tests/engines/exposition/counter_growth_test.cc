#include "engines/exposition/counter_growth.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <vector>

namespace gpuscaler::engines {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
constexpr base::SteadyTime kStart{std::chrono::hours(1)};

struct Counter {
  std::string series, group;
  double value;
};

class CounterGrowthTest : public testing::Test {
 protected:
  Growths Grow(const std::vector<Counter>& counters, base::SteadyTime now) {
    std::vector<SeriesValue> values;
    for (const Counter& each : counters) {
      values.push_back({KeyOf(each.series), KeyOf(each.group), each.value});
    }
    const auto growths = growth_.Update(values, now);
    EXPECT_TRUE(growths.has_value());
    return growths.value_or(Growths());
  }
  double Amount(const std::vector<Counter>& counters, base::SteadyTime now) {
    double amount = 0;
    for (const auto& [group, growth] : Grow(counters, now)) amount += growth.amount;
    return amount;
  }

  SeriesRoom room_{SeriesRoom::kMostOfAnAddress};
  CounterGrowth growth_{room_};
};

TEST_F(CounterGrowthTest, IsTheDifferenceOfEachSeries) {
  EXPECT_EQ(Amount({{"a", "", 100}, {"b", "", 7}}, kStart), 0);
  EXPECT_EQ(Amount({{"b", "", 9}, {"a", "", 103}}, kStart + seconds(1)), 5);
  EXPECT_EQ(Amount({{"a", "", 103}, {"b", "", 9}}, kStart + seconds(2)), 0);
}

TEST_F(CounterGrowthTest, IsToldByGroup) {
  Grow({{"a", "x", 1}, {"b", "x", 1}, {"c", "y", 1}}, kStart);
  const Growths grown = Grow({{"a", "x", 2}, {"b", "x", 3}, {"c", "y", 0}}, kStart + seconds(1));
  ASSERT_EQ(grown.size(), 2U);
  EXPECT_EQ(grown.at(KeyOf("x")).amount, 3);
  EXPECT_FALSE(grown.at(KeyOf("x")).restarted);
  EXPECT_EQ(grown.at(KeyOf("y")).amount, 0);
  EXPECT_TRUE(grown.at(KeyOf("y")).restarted);
}

TEST_F(CounterGrowthTest, OfACounterThatFellIsFromZero) {
  Amount({{"a", "", 100}, {"b", "", 50}}, kStart);
  EXPECT_EQ(Amount({{"a", "", 3}, {"b", "", 52}}, kStart + seconds(1)), 5);
  EXPECT_EQ(Amount({{"a", "", 4}, {"b", "", 52}}, kStart + seconds(2)), 1);
}

TEST_F(CounterGrowthTest, OfANewSeriesIsFromZero) {
  EXPECT_EQ(Amount({}, kStart), 0);
  EXPECT_EQ(Amount({{"a", "", 2}}, kStart + seconds(1)), 2);
  EXPECT_EQ(Amount({{"a", "", 2}, {"b", "", 1}}, kStart + seconds(2)), 1);
}

TEST_F(CounterGrowthTest, OfASeriesThatComesBackGoesOn) {
  Amount({{"a", "", 1000}, {"b", "", 1}}, kStart);
  EXPECT_EQ(Amount({{"b", "", 1}}, kStart + seconds(1)), 0);
  EXPECT_EQ(Amount({{"a", "", 1004}, {"b", "", 1}}, kStart + seconds(2)), 4);
  // Forgotten after a while.
  EXPECT_EQ(Amount({{"b", "", 1}}, kStart + seconds(2) + minutes(5)), 0);
  EXPECT_EQ(Amount({{"a", "", 1005}, {"b", "", 1}}, kStart + seconds(3) + minutes(5)), 1);
  EXPECT_EQ(Amount({{"b", "", 1}}, kStart + seconds(4) + minutes(10)), 0);
  EXPECT_EQ(Amount({{"a", "", 7}, {"b", "", 1}}, kStart + seconds(5) + minutes(10)), 7);
}

TEST_F(CounterGrowthTest, RemembersABoundedNumberOfSeriesThatAreGone) {
  std::vector<Counter> many(10'001);
  for (size_t i = 0; i < many.size(); ++i) many[i] = {std::to_string(i), "", 5};
  Amount(many, kStart);
  EXPECT_EQ(Amount({{"x", "", 5}}, kStart + seconds(1)), 5);
  EXPECT_EQ(room_.held(), 1U);
  EXPECT_EQ(Amount(many, kStart + seconds(2)), 5.0 * 10'001);
}

// A page whose labels are long and others at each reading.
TEST_F(CounterGrowthTest, TakesFewBytesWhateverTheLabelsAre) {
  const size_t before = mallinfo2().uordblks;
  for (int reading = 0; reading < 200; ++reading) {
    std::vector<Counter> counters;
    for (int i = 0; i < 60; ++i) {
      const std::string name = std::to_string(60 * reading + i);
      counters.push_back({std::string(10'000, 'x') + name, name, 1});
    }
    Amount(counters, kStart + std::chrono::milliseconds(100 * reading));
    EXPECT_LE(room_.held(), CounterGrowth::kMostGone + 60);
  }
  EXPECT_GT(room_.held(), 100U);
  EXPECT_LT(mallinfo2().uordblks, before + 96 * (CounterGrowth::kMostGone + 60));
}

TEST_F(CounterGrowthTest, ForgetsWhatIsGoneWhereThereIsNoOtherRoom) {
  SeriesRoom small(2);
  CounterGrowth growth(small);
  const auto update = [&](const std::vector<SeriesValue>& values, int second) {
    return growth.Update(values, kStart + seconds(second));
  };
  const SeriesValue a = {KeyOf("a"), {}, 1};
  const SeriesValue b = {KeyOf("b"), {}, 1};
  const SeriesValue c = {KeyOf("c"), {}, 1};
  EXPECT_TRUE(update({a, b}, 0).has_value());
  EXPECT_TRUE(update({b, c}, 1).has_value());
  EXPECT_EQ(small.held(), 2U);
  EXPECT_FALSE(update({a, b, c}, 2).has_value());
  EXPECT_EQ(small.held(), 0U);
  EXPECT_EQ(update({a}, 3)->at({}).amount, 0) << "it begins anew";
}

TEST(SeriesRoom, OfAnAddressIsAPartOfTheWhole) {
  const auto whole = std::make_shared<SeriesRoom>(5);
  SeriesRoom one(4, whole);
  SeriesRoom other(4, whole);
  SeriesRoom::Share a(one);
  SeriesRoom::Share b(one);
  {
    SeriesRoom::Share c(other);
    EXPECT_TRUE(a.Hold(2));
    EXPECT_TRUE(c.Hold(2));
    EXPECT_FALSE(b.Hold(3)) << "of the address";
    EXPECT_FALSE(b.Hold(2)) << "of all";
    EXPECT_TRUE(b.Hold(1));
    EXPECT_EQ(whole->held(), 5U);
    EXPECT_TRUE(a.Hold(1));
  }
  EXPECT_EQ(whole->held(), 2U);
  EXPECT_TRUE(b.Hold(3));
}

}  // namespace
}  // namespace gpuscaler::engines
