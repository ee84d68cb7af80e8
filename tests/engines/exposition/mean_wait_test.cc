// What Triton's counters tell of the time that its requests wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engines/exposition/readings.h"
#include "engines/exposition/signal_tracker.h"

namespace gpuscaler::engines {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
constexpr base::SteadyTime kStart{std::chrono::hours(1)};

struct Queue {
  std::string_view model;
  double waited_us, answered, waiting;
};

std::string Text(std::initializer_list<Queue> queues, bool tells_who_waits = true) {
  std::string text = "# TYPE nv_inference_request_success counter\n";
  for (const Queue& queue : queues) {
    const std::string labels = base::StrCat("{model=\"", queue.model, "\",version=\"1\"} ");
    // Of old versions the counters have a label more than the queue.
    const std::string counter =
        base::StrCat("{gpu_uuid=\"GPU-1\",model=\"", queue.model, "\",version=\"1\"} ");
    base::StrAppend(&text, "nv_inference_queue_duration_us", counter, queue.waited_us, "\n");
    base::StrAppend(&text, "nv_inference_request_success", counter, queue.answered, "\n");
    if (tells_who_waits) {
      base::StrAppend(&text, "nv_inference_pending_request_count", labels, queue.waiting, "\n");
    }
  }
  return text;
}

class MeanWaitTest : public ::testing::Test {
 protected:
  absl::StatusOr<double> At(int second, const std::string& text) {
    return tracker_.Update(Read(signal_, text), kStart + seconds(second));
  }

  Signal signal_ = Of("triton", "queue_wait_ms");
  SeriesRoom room_{SeriesRoom::kMostOfAnAddress};
  SignalTracker tracker_{signal_, room_};
};

TEST_F(MeanWaitTest, IsAllTimeWaitedOverAllRequests) {
  EXPECT_EQ(At(0, Text({{"a", 5'000'000, 100, 0}, {"b", 0, 0, 0}})).status().code(),
            absl::StatusCode::kUnavailable);
  // 90 requests of 1 ms and 10 of 101 ms: 11 ms, not (1 + 101) / 2.
  EXPECT_DOUBLE_EQ(*At(1, Text({{"a", 5'090'000, 190, 0}, {"b", 1'010'000, 10, 0}})), 11);
}

TEST_F(MeanWaitTest, IsZeroWhereNobodyWasAnsweredAndNobodyWaits) {
  EXPECT_FALSE(At(0, Text({{"a", 5'000'000, 100, 0}})).ok());
  EXPECT_EQ(*At(1, Text({{"a", 5'040'000, 102, 0}})), 20);
  EXPECT_EQ(*At(2, Text({{"a", 5'040'000, 102, 0}})), 0);
}

TEST_F(MeanWaitTest, OfThoseWhoWaitWhileNobodyIsAnsweredGrows) {
  EXPECT_FALSE(At(0, Text({{"a", 1'000'000, 100, 0}})).ok());
  EXPECT_EQ(*At(1, Text({{"a", 3'000'000, 101, 4}})), 2000);
  // The last mean, then the time for which it has been so since second 1.
  EXPECT_EQ(*At(2, Text({{"a", 3'000'000, 101, 5}})), 2000);
  EXPECT_EQ(*At(4, Text({{"a", 3'000'000, 101, 5}})), 3000);
  // Answered: the mean is known again, and the standstill is over.
  EXPECT_EQ(*At(5, Text({{"a", 6'500'000, 102, 4}})), 3500);
  EXPECT_EQ(*At(6, Text({{"a", 6'500'000, 102, 4}})), 3500);
  EXPECT_EQ(*At(9, Text({{"a", 6'500'000, 102, 4}})), 4000);
  EXPECT_EQ(*At(10, Text({{"a", 6'500'000, 102, 0}})), 0);
  EXPECT_EQ(*At(11, Text({{"a", 6'500'000, 102, 1}})), 0);
  EXPECT_EQ(*At(12, Text({{"a", 6'500'000, 102, 1}})), 1000);
}

TEST_F(MeanWaitTest, BeginsToGrowAtTheFirstScrape) {
  EXPECT_FALSE(At(0, Text({{"a", 0, 0, 3}})).ok());
  EXPECT_EQ(*At(2, Text({{"a", 0, 0, 3}})), 2000);
}

TEST_F(MeanWaitTest, OneQueueThatStandsIsNotHiddenByOthers) {
  EXPECT_FALSE(At(0, Text({{"a", 0, 0, 9}, {"b", 0, 0, 0}})).ok());
  EXPECT_EQ(*At(1, Text({{"a", 0, 0, 9}, {"b", 1'000'000, 1000, 0}})), 1000);
  EXPECT_EQ(*At(5, Text({{"a", 0, 0, 9}, {"b", 2'000'000, 2000, 0}})), 5000);
}

TEST_F(MeanWaitTest, IsNotKnownWhereNobodyWasAnsweredAndTheEngineDoesNotTellWhoWaits) {
  EXPECT_FALSE(At(0, Text({{"a", 0, 10, 0}}, false)).ok());
  EXPECT_EQ(*At(1, Text({{"a", 6'000, 12, 0}}, false)), 3);
  const auto value = At(2, Text({{"a", 6'000, 12, 0}}, false));
  EXPECT_EQ(value.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(value.status())),
              HasSubstr("nv_inference_pending_request_count, which tells who waits, is absent"));
}

// The counters of an exposition are not read at one moment.
TEST_F(MeanWaitTest, TimeThatIsCountedBeforeItsRequestIsNotLost) {
  EXPECT_FALSE(At(0, Text({{"a", 0, 0, 1}})).ok());
  EXPECT_EQ(*At(1, Text({{"a", 8'000'000, 0, 1}})), 1000);
  EXPECT_EQ(*At(2, Text({{"a", 8'000'000, 2, 0}})), 4000);
  EXPECT_EQ(*At(3, Text({{"a", 8'002'000, 3, 0}})), 2);
}

TEST_F(MeanWaitTest, AfterARestartCountsFromZero) {
  EXPECT_FALSE(At(0, Text({{"a", 5'000'000, 100, 7}})).ok());
  EXPECT_EQ(*At(1, Text({{"a", 30'000, 3, 0}})), 10);
}

TEST_F(MeanWaitTest, AfterARestartNobodyOfBeforeStillWaits) {
  EXPECT_FALSE(At(0, Text({{"a", 5'000'000, 100, 7}})).ok());
  EXPECT_EQ(*At(10, Text({{"a", 5'000'000, 100, 7}})), 10'000);
  EXPECT_EQ(*At(20, Text({{"a", 0, 0, 2}})), 0);
  EXPECT_EQ(*At(21, Text({{"a", 0, 0, 2}})), 1000);
}

TEST_F(MeanWaitTest, OfAModelThatIsLoadedLaterCountsFromZero) {
  EXPECT_FALSE(At(0, Text({{"a", 0, 0, 0}})).ok());
  EXPECT_EQ(*At(1, Text({{"a", 0, 0, 0}, {"b", 12'000, 4, 0}})), 3);
}

TEST_F(MeanWaitTest, NeedsBothCounters) {
  const auto value = At(0, "nv_inference_request_success{model=\"a\"} 3\n");
  EXPECT_EQ(value.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(value.status())),
              HasSubstr("queue_wait_ms of triton is absent: for time waited there is no series "
                        "nv_inference_queue_duration_us"));
}

TEST_F(MeanWaitTest, AcrossALongGapIsNotKnown) {
  EXPECT_FALSE(At(0, Text({{"a", 0, 0, 0}})).ok());
  EXPECT_EQ(At(600, Text({{"a", 9'000'000, 9, 0}})).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(*At(601, Text({{"a", 9'002'000, 10, 0}})), 2);
}

}  // namespace
}  // namespace gpuscaler::engines
