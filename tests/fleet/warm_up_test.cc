#include "fleet/warm_up.h"

#include <gtest/gtest.h>

#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

bool IsOver(const WarmUp& warm_up, double seconds) {
  return warm_up.Over(kNow + Seconds(seconds)).ok();
}

TEST(WarmUp, WithoutANodeItEndsAfterTwoSeconds) {
  const WarmUp warm_up(kNow);
  EXPECT_FALSE(IsOver(warm_up, 1.999));
  EXPECT_EQ(warm_up.Over(kNow + Seconds(1)).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(IsOver(warm_up, 2));
  EXPECT_EQ(warm_up.ends_at(), kNow + Seconds(2));
}

TEST(WarmUp, EndsTwoSecondsAfterTheLastThatJoined) {
  WarmUp warm_up(kNow);
  warm_up.Joined(kNow + Seconds(1.5));
  EXPECT_FALSE(IsOver(warm_up, 3.4));
  warm_up.Joined(kNow + Seconds(3.4));
  EXPECT_FALSE(IsOver(warm_up, 5.3));
  EXPECT_TRUE(IsOver(warm_up, 5.4));
}

TEST(WarmUp, EndsAfterFifteenSecondsHoweverManyJoin) {
  WarmUp warm_up(kNow);
  for (int second = 1; second < 15; ++second) warm_up.Joined(kNow + Seconds(second));
  EXPECT_FALSE(IsOver(warm_up, 14.999));
  EXPECT_TRUE(IsOver(warm_up, 15));
}

TEST(WarmUp, DoesNotBeginAgain) {
  WarmUp warm_up(kNow);
  warm_up.Joined(kNow + Seconds(2));
  EXPECT_TRUE(IsOver(warm_up, 2));
  warm_up.Joined(kNow + Seconds(20));
  EXPECT_TRUE(IsOver(warm_up, 20));
}

}  // namespace
}  // namespace gpuscaler::fleet
