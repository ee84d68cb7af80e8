#include "serving/complaints.h"

#include <gtest/gtest.h>

#include <string>

#include "scaling/views.h"

namespace gpuscaler::serving {
namespace {

using scaling::kNow;
using scaling::Seconds;

const absl::Status kStale = absl::UnavailableError("10.1s old");

TEST(Complaints, AFailureThatRepeatsIsNewsEveryFiveMinutes) {
  Complaints complaints;
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow));
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow));
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow + Seconds(299.9)));
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow + Seconds(300)));
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow + Seconds(301)));
}

TEST(Complaints, AnotherAgeInTheTextIsNoNews) {
  Complaints complaints;
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow));
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "a", absl::UnavailableError("40.2s old"),
                                kNow + Seconds(30)));
}

TEST(Complaints, AMendedKeyThatUncoversTheNextIsNews) {
  Complaints complaints;
  const auto wrong = [](const char* text) { return absl::InvalidArgumentError(text); };
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "a", wrong("targetValu"), kNow));
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "a", wrong("agregation"), kNow));
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "a", wrong("targetValu"), kNow));
}

TEST(Complaints, AnotherMethodObjectOrCodeIsNews) {
  Complaints complaints;
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "a", kStale, kNow));
  EXPECT_TRUE(complaints.IsNew("IsActive", "default", "a", kStale, kNow));
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "other", "a", kStale, kNow));
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "b", kStale, kNow));
  EXPECT_TRUE(
      complaints.IsNew("GetMetrics", "default", "a", absl::InvalidArgumentError("x"), kNow));
}

TEST(Complaints, AnAttackersNamesFillABoundedMemoryThatRecovers) {
  Complaints complaints;
  for (int i = 0; i < 1024; ++i) {
    EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", std::to_string(i), kStale, kNow));
  }
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "one more", kStale, kNow));
  EXPECT_FALSE(complaints.IsNew("GetMetrics", "default", "7", kStale, kNow));
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "one more", kStale, kNow + Seconds(300)));
}

}  // namespace
}  // namespace gpuscaler::serving
