#include "scaling/sign_history.h"

#include <gtest/gtest.h>

#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

class SignHistoryTest : public testing::Test {
 protected:
  // Whether a replica is awaited by the sign of `second`.
  bool Awaits(double second) const { return history_.last() == kNow + Seconds(second); }
  void At(double second, bool on, Standing standing) {
    history_.Note(on, kNow + Seconds(second));
    history_.See(standing, kNow + Seconds(second));
  }

  SignHistory history_;
};

TEST_F(SignHistoryTest, ASignIsMetByAReplicaThatCameForIt) {
  EXPECT_EQ(history_.last(), std::nullopt);
  At(0, true, Standing::kNone);
  At(1, false, Standing::kUnknown);  // it loads
  EXPECT_TRUE(Awaits(0));
  At(2, false, Standing::kIdle);
  EXPECT_EQ(history_.last(), std::nullopt);
}

TEST_F(SignHistoryTest, ASignIsMetByAReplicaThatWorkedSince) {
  At(0, true, Standing::kIdle);
  At(1, false, Standing::kAtWork);
  EXPECT_TRUE(Awaits(0));
  At(2, false, Standing::kIdle);
  EXPECT_EQ(history_.last(), std::nullopt);
}

TEST_F(SignHistoryTest, AReplicaThatMayBeLeavingMeetsNoneBeforeItHasStayed) {
  At(0, true, Standing::kIdle);
  At(1, false, Standing::kIdle);
  At(59.9, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(60, false, Standing::kIdle);
  EXPECT_EQ(history_.last(), std::nullopt);
}

TEST_F(SignHistoryTest, WhatWasThereBeforeASignMeetsNoLaterOne) {
  At(0, true, Standing::kNone);
  At(1, false, Standing::kIdle);
  At(2, true, Standing::kIdle);
  At(3, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(2));
  At(4, false, Standing::kNone);
  At(5, false, Standing::kIdle);
  EXPECT_EQ(history_.last(), std::nullopt);
}

TEST_F(SignHistoryTest, ASignThatGoesOnIsMetByNobody) {
  At(0, true, Standing::kNone);
  At(100, true, Standing::kIdle);
  EXPECT_TRUE(Awaits(100));
}

}  // namespace
}  // namespace gpuscaler::scaling
