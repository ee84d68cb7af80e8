#include "engines/wanted_signals.h"

#include <gtest/gtest.h>

#include <string>

namespace gpuscaler::engines {
namespace {

using std::chrono::seconds;

constexpr base::SteadyTime kNow{std::chrono::hours(1)};

Signal Named(const std::string& name) {
  Signal signal;
  signal.name = name;
  return signal;
}

TEST(WantedSignals, AreKnownByEndpointUntilNobodyAsks) {
  WantedSignals wanted(seconds(120));
  ASSERT_TRUE(wanted.Want("a", Named("waiting"), kNow).ok());
  ASSERT_TRUE(wanted.Want("a", Named("running"), kNow + seconds(60)).ok());
  ASSERT_TRUE(wanted.Want("a", Named("waiting"), kNow + seconds(60)).ok());
  EXPECT_EQ(wanted.Of("a", kNow + seconds(60))->size(), 2U);
  EXPECT_EQ(wanted.Of("b", kNow)->size(), 0U);
  ASSERT_TRUE(wanted.Want("a", Named("running"), kNow + seconds(150)).ok());
  EXPECT_EQ(wanted.Of("a", kNow + seconds(180))->size(), 2U) << "at the limit it is still wanted";
  const auto left = wanted.Of("a", kNow + seconds(181));
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().name, "running");
}

TEST(WantedSignals, ThoseOfOneEndpointAreBounded) {
  WantedSignals wanted(seconds(120));
  for (size_t i = 0; i < WantedSignals::kMostOfAnEndpoint; ++i) {
    ASSERT_TRUE(wanted.Want("a", Named(std::to_string(i)), kNow).ok());
  }
  const absl::Status refused = wanted.Want("a", Named("more"), kNow);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(wanted.Want("b", Named("more"), kNow).ok());
  EXPECT_TRUE(wanted.Want("a", Named("0"), kNow).ok()) << "one that is known is no further one";
  EXPECT_TRUE(wanted.Want("a", Named("more"), kNow + seconds(121)).ok())
      << "the others are not wanted any more";
}

}  // namespace
}  // namespace gpuscaler::engines
