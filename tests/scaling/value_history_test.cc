#include "scaling/value_history.h"

#include "gtest/gtest.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

// kNow is a whole second.

TEST(ValueHistory, KnowsNothingAtFirst) {
  const ValueHistory history;
  EXPECT_EQ(history.Average(kNow, Seconds(300)), std::nullopt);
}

TEST(ValueHistory, WeighsEverySecondTheSame) {
  ValueHistory history;
  for (int i = 0; i < 9; ++i) history.Add(kNow + Seconds(0.1 * i), 10);
  history.Add(kNow + Seconds(1), 90);
  EXPECT_EQ(history.Average(kNow + Seconds(1), Seconds(10)), 50);
}

TEST(ValueHistory, AveragesWithinASecond) {
  ValueHistory history;
  history.Add(kNow, 10);
  history.Add(kNow + Seconds(0.5), 30);
  EXPECT_EQ(history.Average(kNow + Seconds(0.5), Seconds(1)), 20);
}

TEST(ValueHistory, HoldsNoMoreThanItsLongestWindow) {
  ValueHistory history(Seconds(1.5));
  history.Add(kNow, 10);
  history.Add(kNow + Seconds(1), 20);
  history.Add(kNow + Seconds(2), 40);
  EXPECT_EQ(history.Average(kNow + Seconds(2), Seconds(300)), 30);
  EXPECT_LT(ValueHistory::MostBytes(Seconds(60)), ValueHistory::MostBytes(Seconds(300)));
}

TEST(ValueHistory, LeavesSecondsWithoutAValueOut) {
  ValueHistory history;
  history.Add(kNow, 40);
  history.Add(kNow + Seconds(8), 60);
  EXPECT_EQ(history.Average(kNow + Seconds(9), Seconds(10)), 50);
}

TEST(ValueHistory, EndsTheWindowAtItsEdge) {
  ValueHistory history;
  history.Add(kNow, 40);
  history.Add(kNow + Seconds(8), 60);
  EXPECT_EQ(history.Average(kNow + Seconds(9.999), Seconds(10)), 50);
  EXPECT_EQ(history.Average(kNow + Seconds(10), Seconds(10)), 60);
  EXPECT_EQ(history.Average(kNow + Seconds(18), Seconds(10)), std::nullopt);
  EXPECT_EQ(history.Average(kNow + Seconds(10), Seconds(10.5)), 50);  // rounded up to 11
}

TEST(ValueHistory, HasNoAverageOverNoTime) {
  ValueHistory history;
  history.Add(kNow, 40);
  EXPECT_EQ(history.Average(kNow, base::Duration::zero()), std::nullopt);
}

TEST(ValueHistory, ForgetsWhatIsOlderThanTheLongestWindow) {
  ValueHistory history;
  history.Add(kNow, 1000);
  for (int second = 1; second <= 300; ++second) history.Add(kNow + Seconds(second), 50);
  EXPECT_EQ(history.Average(kNow + Seconds(300), Seconds(100000)), 50);
}

TEST(ValueHistory, StartsAnewAfterALongSilence) {
  ValueHistory history;
  history.Add(kNow, 1000);
  history.Add(kNow + Seconds(86400), 7);
  EXPECT_EQ(history.Average(kNow + Seconds(86400), Seconds(300)), 7);
}

}  // namespace
}  // namespace gpuscaler::scaling
