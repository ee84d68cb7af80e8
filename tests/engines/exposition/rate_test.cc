#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engines/exposition/readings.h"
#include "engines/exposition/signal_tracker.h"

namespace gpuscaler::engines {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
constexpr base::SteadyTime kStart{std::chrono::hours(1)};

class RateTest : public ::testing::Test {
 protected:
  absl::StatusOr<double> At(base::Duration time, std::string_view text) {
    return tracker_.Update(Read(signal_, text), kStart + time);
  }

  Signal signal_ = Expression("rate(a)");
  SignalTracker tracker_{signal_};
};

TEST_F(RateTest, IsGrowthOverMeasuredTime) {
  const auto first = At(seconds(0), "a{m=\"x\"} 100\na{m=\"y\"} 5\n");
  EXPECT_EQ(first.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(first.status())),
              HasSubstr("rate(a) is growth between two scrapes"));
  EXPECT_DOUBLE_EQ(*At(milliseconds(2500), "a{m=\"x\"} 109\na{m=\"y\"} 6\n"), 4);
  EXPECT_DOUBLE_EQ(*At(milliseconds(3000), "a{m=\"x\"} 109\na{m=\"y\"} 7\n"), 2);
}

TEST_F(RateTest, ThatNoNumberHoldsIsAnErrorAndNoInfinity) {
  EXPECT_FALSE(At(seconds(0), "a{m=\"x\"} 0\na{m=\"y\"} 0\n").ok());
  const auto huge = At(seconds(1), "a{m=\"x\"} 1.5e308\na{m=\"y\"} 1.5e308\n");
  EXPECT_EQ(huge.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(huge.status())),
              HasSubstr("rate(a): what its series come to is larger than any number can hold"));
  EXPECT_DOUBLE_EQ(*At(seconds(2), "a{m=\"x\"} 1.5e308\na{m=\"y\"} 1.5e308\n"), 0);
}

TEST(SignalTracker, OfAGaugeThatNoNumberHoldsTellsAnError) {
  const Signal gauge = Expression("a");
  SignalTracker tracker(gauge);
  EXPECT_EQ(
      tracker.Update(Read(gauge, "a{m=\"x\"} 1e308\na{m=\"y\"} 1e308\n"), kStart).status().code(),
      absl::StatusCode::kFailedPrecondition);
}

TEST_F(RateTest, WithoutGrowthIsZero) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(*At(seconds(1), "a 100\n"), 0);
}

TEST_F(RateTest, AfterARestartCountsFromZero) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(*At(seconds(1), "a 3\n"), 3);
  EXPECT_EQ(*At(seconds(2), "a 4\n"), 1);
}

// The first request at a router that makes its series with it.
TEST_F(RateTest, OfASeriesThatWasAbsentCountsFromZero) {
  EXPECT_EQ(At(seconds(0), "b 1\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(At(seconds(1), "b 1\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*At(seconds(3), "a{model=\"m\"} 1\nb 1\n"), 0.5);
  EXPECT_EQ(*At(seconds(4), "a{model=\"m\"} 1\na{model=\"n\"} 2\n"), 2);
}

TEST_F(RateTest, OfASeriesThatGoesIsAbsentAndGoesOnWhenItIsBack) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(At(seconds(1), "b 1\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*At(seconds(2), "a 101\n"), 1);
}

TEST_F(RateTest, OfWhatIsNoNumberIsAnErrorAndDoesNotCount) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(At(seconds(1), "a NaN\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*At(seconds(2), "a 104\n"), 2);
}

TEST_F(RateTest, AcrossALongGapIsNotKnown) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(At(minutes(6), "a 5000\n").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(*At(minutes(6) + seconds(1), "a 5001\n"), 1);
}

TEST_F(RateTest, WithoutTimeIsNotKnown) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(At(seconds(0), "a 200\n").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(*At(seconds(1), "a 102\n"), 2);
}

TEST(Rate, OfAnotherCandidateBeginsAnew) {
  const Signal signal = Of("sglang", "request_rate");
  SignalTracker tracker(signal);
  const auto at = [&](int second, std::string_view text) {
    return tracker.Update(Read(signal, text), kStart + seconds(second));
  };
  EXPECT_FALSE(at(0, "sglang:num_requests_total 100\n").ok());
  EXPECT_EQ(*at(1, "sglang:num_requests_total 101\n"), 1);
  EXPECT_EQ(at(2, "sglang_num_requests_total 5000\n").status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(*at(3, "sglang_num_requests_total 5003\n"), 3);
}

TEST(Gauge, NeedsNoSecondScrape) {
  const Signal signal = Of("vllm", "waiting");
  SignalTracker tracker(signal);
  EXPECT_EQ(*tracker.Update(Read(signal, "vllm:num_requests_waiting 5\n"), kStart), 5);
  EXPECT_EQ(*tracker.Update(Read(signal, "vllm:num_requests_waiting 2\n"), kStart), 2);
}

}  // namespace
}  // namespace gpuscaler::engines
