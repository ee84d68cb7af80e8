#include "serving/complaints.h"

#include <gtest/gtest.h>

#include <set>
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

TEST(Complaints, ManyThatFailAtOnceAreAllLoggedInTheCourseOfTheirPolls) {
  Complaints complaints;
  std::set<int> logged;
  uint64_t left_out = 0;
  for (int poll = 0; poll < 4; ++poll) {
    const base::SteadyTime now = kNow + Seconds(15 * poll);
    for (int i = 0; i < 1100; ++i) {
      if (complaints.IsNew("GetMetrics", "default", std::to_string(i), kStale, now)) {
        EXPECT_TRUE(logged.insert(i).second) << i << " twice";
      }
    }
    EXPECT_EQ(logged.size(), 200u * static_cast<size_t>(poll + 1));
    left_out += complaints.TakeLeftOut(now);
    EXPECT_EQ(complaints.TakeLeftOut(now + Seconds(9)), 0u) << "told just now";
  }
  EXPECT_EQ(logged.size(), 800u);  // the others follow
  EXPECT_EQ(left_out, 900u + 700 + 500 + 300);
}

TEST(Complaints, AFloodOfNamesDoesNotSilenceTheOthers) {
  Complaints complaints;
  int lines = 0;
  for (int i = 0; i < 100'000; ++i) {
    const base::SteadyTime now = kNow + Seconds(0.001 * i);
    lines += complaints.IsNew("GetMetrics", "default", std::to_string(i), kStale, now) ? 1 : 0;
  }
  EXPECT_LE(lines, 200 + 20 * 100);
  EXPECT_TRUE(complaints.IsNew("GetMetrics", "default", "llm", kStale, kNow + Seconds(101)));
  EXPECT_GT(complaints.TakeLeftOut(kNow + Seconds(101)), 90'000u);
  EXPECT_EQ(complaints.TakeLeftOut(kNow + Seconds(200)), 0u);
}

TEST(Complaints, OfTooManyTheOneLoggedLongestAgoIsForgotten) {
  Complaints complaints;
  const auto is_new = [&complaints](size_t i) {
    return complaints.IsNew("GetMetrics", "default", std::to_string(i), kStale,
                            kNow + Seconds(0.0125 * static_cast<double>(i)));
  };
  size_t known = 0;
  for (size_t i = 0; known <= Complaints::kMost && i < 10 * Complaints::kMost; ++i) {
    known += is_new(i) ? 1U : 0U;
  }
  EXPECT_EQ(known, Complaints::kMost + 1);
}

}  // namespace
}  // namespace gpuscaler::serving
