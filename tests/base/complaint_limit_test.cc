#include "base/complaint_limit.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace gpuscaler::base {
namespace {

constexpr SteadyTime kNow{std::chrono::hours(5)};

Duration Seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

TEST(ComplaintLimit, OfANodeALineAMinuteIsTold) {
  ComplaintLimit limit;
  EXPECT_TRUE(limit.Take("node-a", kNow));
  EXPECT_FALSE(limit.Take("node-a", kNow + Seconds(59.9)));
  EXPECT_TRUE(limit.Take("node-b", kNow + Seconds(59.9))) << "another one";
  EXPECT_TRUE(limit.Take("node-a", kNow + Seconds(60)));
  EXPECT_FALSE(limit.Take("node-a", kNow + Seconds(119.9)));
  EXPECT_EQ(limit.TakeLeftOut(kNow), 0u) << "what was told lately is not left out";
}

TEST(ComplaintLimit, OfMoreThanTheMostItIsToldHowManyWereLeftOut) {
  ComplaintLimit limit;
  for (size_t i = 0; i < ComplaintLimit::kMost; ++i) {
    EXPECT_TRUE(limit.Take(StrCat("made-up-", i), kNow));
  }
  EXPECT_FALSE(limit.Take("node-a", kNow + Seconds(1)));
  EXPECT_FALSE(limit.Take("node-b", kNow + Seconds(1)));
  EXPECT_EQ(limit.TakeLeftOut(kNow + Seconds(1)), 2u);
  EXPECT_FALSE(limit.Take("node-a", kNow + Seconds(2)));
  EXPECT_EQ(limit.TakeLeftOut(kNow + Seconds(60.9)), 0u) << "once a minute";
  EXPECT_EQ(limit.TakeLeftOut(kNow + Seconds(61)), 1u);
  EXPECT_TRUE(limit.Take("node-a", kNow + Seconds(60))) << "the minute of the others is over";
}

}  // namespace
}  // namespace gpuscaler::base
