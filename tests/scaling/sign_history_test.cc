#include "scaling/sign_history.h"

#include <gtest/gtest.h>

#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

class SignHistoryTest : public testing::Test {
 protected:
  void At(double second, std::optional<bool> on, Standing standing) {
    history_.Note(on, kNow + Seconds(second), std::chrono::seconds(300));
    history_.See(standing, kNow + Seconds(second));
  }
  // Whether a replica is awaited by the sign of `second`.
  bool Awaits(double second) const { return history_.last() == kNow + Seconds(second); }
  bool IsMet() const { return !history_.last(); }

  SignHistory history_;
};

TEST_F(SignHistoryTest, ASignIsMetByAReplicaThatCameForIt) {
  EXPECT_TRUE(IsMet()) << "there was none";
  At(0, true, Standing::kNone);
  At(1, false, Standing::kUnknown);
  EXPECT_TRUE(Awaits(0));
  At(2, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, OneThatIsLoadingHasCome) {
  At(0, true, Standing::kLoading);
  At(1, false, Standing::kUnknown);
  EXPECT_TRUE(Awaits(0));
  At(2, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

// From its work on it is one that was there, and may go when that is done.
TEST_F(SignHistoryTest, OneThatCameAndWorkedMeetsItWhenItRests) {
  At(0, true, Standing::kNone);
  At(1, false, Standing::kAtWork);
  At(2, false, Standing::kIdle);
  At(4.9, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(5, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, OneThatWorkedSinceMeetsItWhenItRests) {
  At(0, true, Standing::kAtWork);
  At(5, false, Standing::kAtWork);
  At(6, false, Standing::kIdle);
  At(8.9, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(9, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, OneThatGoesWhenItsWorkIsDoneMeetsNone) {
  At(0, true, Standing::kAtWork);
  At(5, false, Standing::kAtWork);
  At(6, false, Standing::kIdle);
  At(8, false, Standing::kNone);
  At(200, false, Standing::kNone);
  EXPECT_TRUE(Awaits(0)) << "its successor loads";
  At(201, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, OneThatWasIdleAllTheTimeMeetsItWhenItStays) {
  At(0, true, Standing::kUnknown);
  At(1, false, Standing::kIdle);
  At(45.9, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(46, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

// Idle time is that after the last sign, whatever was seen before.
TEST_F(SignHistoryTest, ItStaysFromTheLastSignOn) {
  At(0, true, Standing::kUnknown);
  At(1, false, Standing::kIdle);
  At(40, true, Standing::kUnknown);
  At(41, false, Standing::kIdle);
  At(84.9, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(40));
  At(85, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

// A router or a node that cannot be read now and then.
TEST_F(SignHistoryTest, ALookThatFindsNothingOutEndsNoRest) {
  At(0, true, Standing::kUnknown);
  At(1, false, Standing::kIdle);
  for (int second = 11; second < 46; second += 10) {
    for (int before = 9; before > 0; --before) At(second - before, {}, Standing::kUnknown);
    At(second, false, Standing::kIdle);
  }
  EXPECT_TRUE(Awaits(0));
  At(46, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, WhatWasNotSeenForLongRestsAnew) {
  At(0, true, Standing::kUnknown);
  At(1, false, Standing::kIdle);
  At(2, {}, Standing::kUnknown);
  At(46, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(91, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, ASignalThatCannotBeReadIsNoNewSign) {
  At(0, true, Standing::kAtWork);
  At(1, {}, Standing::kUnknown);
  At(2, true, Standing::kUnknown);
  At(3, false, Standing::kIdle);
  At(6, false, Standing::kIdle);
  EXPECT_TRUE(IsMet()) << "by what worked since the sign began";
}

TEST_F(SignHistoryTest, ASignThatWasNotReadForLongIsTheSameSign) {
  At(0, true, Standing::kNone);
  At(10, {}, Standing::kUnknown);
  At(400, true, Standing::kUnknown);
  At(401, false, Standing::kIdle);
  EXPECT_TRUE(IsMet()) << "by what came since it began";
}

TEST_F(SignHistoryTest, NothingMeetsASignThatMayGoOn) {
  At(0, true, Standing::kNone);
  At(1, {}, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(2, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

// What it did for an earlier one may have been its last.
TEST_F(SignHistoryTest, WorkBeforeTheLastSignBeganDoesNotCount) {
  At(0, true, Standing::kAtWork);
  At(1, false, Standing::kIdle);
  At(2, true, Standing::kUnknown);
  At(3, false, Standing::kIdle);
  At(46, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(2));
  At(47, false, Standing::kNone);
  EXPECT_TRUE(Awaits(2)) << "it was on its way out";
}

// After an hour of requests the one that came for the first is one like any other.
TEST_F(SignHistoryTest, OneThatCameLongAgoIsNoNewcomer) {
  At(0, true, Standing::kNone);
  for (int second = 10; second < 3600; second += 10) At(second, true, Standing::kAtWork);
  At(3600, true, Standing::kUnknown);
  At(3601, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(3600));
  At(3602, false, Standing::kNone);
  At(3700, false, Standing::kIdle);
  EXPECT_TRUE(IsMet()) << "by its successor";
}

TEST_F(SignHistoryTest, OneThatWasThereBeforeASignMeetsNoLaterOne) {
  At(0, true, Standing::kNone);
  At(1, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
  At(2, true, Standing::kUnknown);
  At(3, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(2));
}

// A client's retry, or a reading of the router that failed.
TEST_F(SignHistoryTest, OneThatCameForASignCameForTheNextToo) {
  At(0, true, Standing::kNone);
  At(10, false, Standing::kUnknown);
  At(100, true, Standing::kUnknown);
  At(105, false, Standing::kUnknown);
  At(110, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, AfterItsWarmUpASignIsOver) {
  At(0, true, Standing::kNone);
  At(1, false, Standing::kUnknown);
  At(300.1, true, Standing::kUnknown);
  At(301, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(300.1));
}

TEST_F(SignHistoryTest, ASignThatGoesOnIsMetByNobody) {
  At(0, true, Standing::kNone);
  At(100, true, Standing::kUnknown);
  EXPECT_TRUE(Awaits(100));
}

}  // namespace
}  // namespace gpuscaler::scaling
