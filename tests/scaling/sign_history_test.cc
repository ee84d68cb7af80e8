#include "scaling/sign_history.h"

#include <gtest/gtest.h>

#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

class SignHistoryTest : public testing::Test {
 protected:
  void At(double second, bool on, Standing standing) {
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
  At(1, false, Standing::kAtWork);
  EXPECT_TRUE(Awaits(0));
  At(2, false, Standing::kIdle);
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
  At(0, true, Standing::kIdle);
  At(1, false, Standing::kIdle);
  At(239, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(0));
  At(240, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
}

TEST_F(SignHistoryTest, OneThatWasThereBeforeASignMeetsNoLaterOne) {
  At(0, true, Standing::kNone);
  At(1, false, Standing::kIdle);
  EXPECT_TRUE(IsMet());
  At(2, true, Standing::kIdle);
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
  At(300.1, true, Standing::kIdle);
  At(301, false, Standing::kIdle);
  EXPECT_TRUE(Awaits(300.1));
}

TEST_F(SignHistoryTest, ASignThatGoesOnIsMetByNobody) {
  At(0, true, Standing::kNone);
  At(100, true, Standing::kIdle);
  EXPECT_TRUE(Awaits(100));
}

}  // namespace
}  // namespace gpuscaler::scaling
