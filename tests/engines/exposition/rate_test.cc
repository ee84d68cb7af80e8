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
  SeriesRoom room_{SeriesRoom::kMostOfAnAddress};
  SignalTracker tracker_{signal_, room_};
};

TEST_F(RateTest, IsGrowthOverMeasuredTime) {
  const auto first = At(seconds(0), "a{m=\"x\"} 100\na{m=\"y\"} 5\n");
  EXPECT_EQ(first.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(first.status())),
              HasSubstr("rate(a) is growth between two scrapes"));
  EXPECT_DOUBLE_EQ(*At(milliseconds(2500), "a{m=\"x\"} 109\na{m=\"y\"} 6\n"), 4);
  // 9 + 1 + 2 in 4 s.
  EXPECT_DOUBLE_EQ(*At(milliseconds(4000), "a{m=\"x\"} 109\na{m=\"y\"} 8\n"), 3);
}

TEST_F(RateTest, ThatNoNumberHoldsIsAnErrorAndNoInfinity) {
  EXPECT_FALSE(At(seconds(0), "a{m=\"x\"} 0\na{m=\"y\"} 0\n").ok());
  const auto huge = At(seconds(1), "a{m=\"x\"} 1.5e308\na{m=\"y\"} 1.5e308\n");
  EXPECT_EQ(huge.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(huge.status())),
              HasSubstr("rate(a): what its series come to is larger than any number can hold"));
  // It is among the last seconds' growth until these are over.
  for (int i = 2; i <= 6; ++i) (void)At(seconds(i), "a{m=\"x\"} 1.5e308\na{m=\"y\"} 1.5e308\n");
  EXPECT_DOUBLE_EQ(*At(seconds(7), "a{m=\"x\"} 1.5e308\na{m=\"y\"} 1.5e308\n"), 0);
}

TEST(SignalTracker, OfAGaugeThatNoNumberHoldsTellsAnError) {
  const Signal gauge = Expression("a");
  SeriesRoom room{SeriesRoom::kMostOfAnAddress};
  SignalTracker tracker(gauge, room);
  EXPECT_EQ(
      tracker.Update(Read(gauge, "a{m=\"x\"} 1e308\na{m=\"y\"} 1e308\n"), kStart).status().code(),
      absl::StatusCode::kFailedPrecondition);
}

TEST_F(RateTest, WithoutGrowthIsZero) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(*At(seconds(1), "a 100\n"), 0);
}

// A request an hour is no ten a second, however often it is looked for.
TEST_F(RateTest, DoesNotDependOnHowOftenItIsRead) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(*At(milliseconds(100 * i), "a 100\n"), 0);
  const double seen = *At(milliseconds(10'100), "a 101\n");
  EXPECT_GE(seen, 0.2);
  EXPECT_LT(seen, 0.22);

  SignalTracker slow(signal_, room_);
  const auto at = [&](int second, std::string_view text) {
    return slow.Update(Read(signal_, text), kStart + seconds(second));
  };
  EXPECT_FALSE(at(0, "a 100\n").ok());
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(*at(i, "a 100\n"), 0);
  EXPECT_DOUBLE_EQ(*at(11, "a 101\n"), 0.2);

  // Twenty requests a second, read ten times and twice a second.
  SignalTracker often(signal_, room_);
  SignalTracker seldom(signal_, room_);
  for (int i = 0; i <= 100; ++i) {
    const SignalReading reading = Read(signal_, base::StrCat("a ", 2 * i, "\n"));
    const auto value = often.Update(reading, kStart + milliseconds(100 * i));
    if (i > 10) {
      EXPECT_DOUBLE_EQ(*value, 20) << i;
    }
    if (i % 5 != 0) continue;
    const auto other = seldom.Update(reading, kStart + milliseconds(100 * i));
    if (i > 10) {
      EXPECT_DOUBLE_EQ(*other, 20) << i;
    }
  }
}

// A threshold of 0 is exceeded by the first reading that shows a request.
TEST_F(RateTest, IsAboveZeroFromTheFirstReadingThatShowsGrowthAndForFiveSeconds) {
  EXPECT_FALSE(At(milliseconds(0), "a 7\n").ok());
  EXPECT_EQ(*At(milliseconds(100), "a 7\n"), 0);
  EXPECT_GT(*At(milliseconds(200), "a 8\n"), 0);
  for (int time = 300; time <= 4800; time += 100) {
    EXPECT_GT(*At(milliseconds(time), "a 8\n"), 0) << time;
  }
  for (int time = 5300; time <= 8000; time += 100) {
    EXPECT_EQ(*At(milliseconds(time), "a 8\n"), 0) << time;
  }
}

TEST_F(RateTest, SoonAfterTheFirstReadingIsGrowthOverASecond) {
  EXPECT_FALSE(At(milliseconds(0), "a 0\n").ok());
  EXPECT_EQ(*At(milliseconds(50), "a 1\n"), 1);
  EXPECT_EQ(*At(milliseconds(900), "a 3\n"), 3);
  EXPECT_EQ(*At(milliseconds(1500), "a 3\n"), 2);
}

TEST_F(RateTest, AfterARestartCountsFromZero) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(*At(seconds(1), "a 3\n"), 3);
  EXPECT_EQ(*At(seconds(2), "a 4\n"), 2);
}

// The first request at a router that makes its series with it.
TEST_F(RateTest, OfASeriesThatWasAbsentCountsFromZero) {
  EXPECT_EQ(At(seconds(0), "b 1\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(At(seconds(1), "b 1\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*At(seconds(2), "a{model=\"m\"} 1\nb 1\n"), 0.5);
  EXPECT_EQ(*At(seconds(4), "a{model=\"m\"} 1\na{model=\"n\"} 2\n"), 0.75);
}

TEST_F(RateTest, OfASeriesThatGoesIsAbsentAndGoesOnWhenItIsBack) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(At(seconds(1), "b 1\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*At(seconds(2), "a 101\n"), 0.5);
}

TEST_F(RateTest, OfWhatIsNoNumberIsAnErrorAndDoesNotCount) {
  EXPECT_FALSE(At(seconds(0), "a 100\n").ok());
  EXPECT_EQ(At(seconds(1), "a NaN\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*At(seconds(2), "a 104\n"), 2);
}

TEST_F(RateTest, AcrossAGapIsOfTheGapAndThenOfNow) {
  EXPECT_FALSE(At(seconds(0), "a 0\n").ok());
  EXPECT_EQ(*At(seconds(1), "a 10\n"), 10);
  EXPECT_EQ(*At(seconds(61), "a 310\n"), 5);
  EXPECT_EQ(*At(seconds(62), "a 330\n"), 20);
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
  SeriesRoom room(SeriesRoom::kMostOfAnAddress);
  SignalTracker tracker(signal, room);
  const auto at = [&](int second, std::string_view text) {
    return tracker.Update(Read(signal, text), kStart + seconds(second));
  };
  EXPECT_FALSE(at(0, "sglang:num_requests_total 100\n").ok());
  EXPECT_EQ(*at(1, "sglang:num_requests_total 101\n"), 1);
  EXPECT_EQ(at(2, "sglang_num_requests_total 5000\n").status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(*at(3, "sglang_num_requests_total 5003\n"), 3);
}

TEST(Rate, WithoutRoomForItsSeriesIsAnErrorAndTakesNone) {
  const Signal signal = Expression("rate(a)");
  SeriesRoom room(3);
  SignalTracker tracker(signal, room);
  SignalTracker other(signal, room);
  const std::string small = "a{b=\"1\"} 1\n";
  const std::string large = small + "a{b=\"2\"} 1\na{b=\"3\"} 1\n";
  const auto at = [&](SignalTracker& which, int second, std::string_view text) {
    return which.Update(Read(signal, text), kStart + seconds(second));
  };
  EXPECT_FALSE(at(other, 0, small).ok());
  EXPECT_FALSE(at(tracker, 0, small).ok());
  EXPECT_EQ(*at(tracker, 1, small), 0);
  const auto refused = at(tracker, 2, large);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(base::Message(refused.status())),
              HasSubstr("rate(a): no room to remember its series"));
  EXPECT_EQ(room.held(), 1U);
  EXPECT_EQ(*at(other, 3, small), 0);
  EXPECT_EQ(at(tracker, 3, small).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(*at(tracker, 4, small + "a{b=\"2\"} 5\n"), 5);
}

TEST(Gauge, NeedsNoSecondScrape) {
  const Signal signal = Of("vllm", "waiting");
  SeriesRoom room(SeriesRoom::kMostOfAnAddress);
  SignalTracker tracker(signal, room);
  EXPECT_EQ(*tracker.Update(Read(signal, "vllm:num_requests_waiting 5\n"), kStart), 5);
  EXPECT_EQ(*tracker.Update(Read(signal, "vllm:num_requests_waiting 2\n"), kStart), 2);
}

}  // namespace
}  // namespace gpuscaler::engines
