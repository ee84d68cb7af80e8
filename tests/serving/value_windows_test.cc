#include "serving/value_windows.h"

#include <gtest/gtest.h>

#include <string>

#include "scaling/evaluation.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

const scaling::EvaluationLimits kLimits = {Seconds(10)};

// From `view` at `now`.
void Record(ValueWindows& windows, const std::shared_ptr<const telemetry::View>& view,
            base::SteadyTime now) {
  windows.Record(
      [&view, now](const scaling::Trigger& trigger) -> absl::StatusOr<double> {
        const auto evaluation = scaling::Evaluate(trigger, view, now, kLimits);
        if (!evaluation.ok()) return evaluation.status();
        return evaluation->value;
      },
      now);
}

scaling::Trigger Windowed(double seconds) {
  scaling::Trigger trigger;
  trigger.target = 80;
  trigger.window = Seconds(seconds);
  return trigger;
}

TEST(ValueWindows, AnswersTheAverageOverTheWindow) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(3);
  EXPECT_EQ(*windows.Ask("a", trigger, 10, kNow), 10);
  EXPECT_EQ(*windows.Ask("a", trigger, 20, kNow + Seconds(1)), 15);
  EXPECT_EQ(*windows.Ask("a", trigger, 60, kNow + Seconds(2)), 30);
  EXPECT_EQ(*windows.Ask("a", trigger, 40, kNow + Seconds(3)), 40)
      << "the first 10 is out: 20 60 40";
  EXPECT_EQ(*windows.Ask("b", trigger, 99, kNow + Seconds(3)), 99);
}

TEST(ValueWindows, APeekIsWhatAskWouldAnswerAndKeepsNothing) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(60);
  EXPECT_EQ(windows.Peek("a", trigger, 10, kNow), std::nullopt);
  EXPECT_EQ(windows.size(), 0u);
  ASSERT_TRUE(windows.Ask("a", trigger, 10, kNow).ok());
  EXPECT_EQ(windows.Peek("a", trigger, 50, kNow + Seconds(1)), 30);
  EXPECT_EQ(windows.Peek("a", trigger, 20, kNow + Seconds(1)), 15) << "the 50 was not kept";
  EXPECT_EQ(*windows.Ask("a", trigger, 20, kNow + Seconds(1)), 15);
}

TEST(ValueWindows, RecordsBetweenTwoQuestions) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(60);
  EXPECT_EQ(*windows.Ask("a", trigger, 0, kNow), 0);
  for (const int second : {1, 2, 3}) {
    Record(windows, scaling::MakeView(catalog::Metric::kGpuUtilization, {40}),
           kNow + Seconds(second));
  }
  EXPECT_EQ(*windows.Ask("a", trigger, 40, kNow + Seconds(4)), 32);  // 0 40 40 40 40
}

TEST(ValueWindows, AMomentWithoutDataIsNoZero) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(60);
  ASSERT_TRUE(windows.Ask("a", trigger, 50, kNow).ok());
  const auto view =
      scaling::MakeView({scaling::MakeSilentNode("node-a", absl::UnavailableError("no driver"))});
  for (const int second : {1, 2, 3}) Record(windows, view, kNow + Seconds(second));
  EXPECT_EQ(*windows.Ask("a", trigger, 50, kNow + Seconds(4)), 50);
}

TEST(ValueWindows, ForgetsWhatNobodyHasAskedForInTenMinutes) {
  ValueWindows windows;
  const auto view = scaling::MakeView(catalog::Metric::kGpuUtilization, {40});
  ASSERT_TRUE(windows.Ask("a", Windowed(60), 10, kNow).ok());
  ASSERT_TRUE(windows.Ask("b", Windowed(60), 10, kNow + Seconds(60)).ok());
  Record(windows, view, kNow + Seconds(600));
  EXPECT_EQ(windows.size(), 2u);
  Record(windows, view, kNow + Seconds(600.001));
  EXPECT_EQ(windows.size(), 1u);
  Record(windows, view, kNow + Seconds(660.001));
  EXPECT_EQ(windows.size(), 0u);
}

TEST(ValueWindows, ThousandsOfTriggersKeepTheirWindows) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(300);
  for (size_t i = 0; i < ValueWindows::kMost; ++i) {
    ASSERT_TRUE(windows.Ask(std::to_string(i), trigger, 10, kNow).ok()) << i;
  }
  for (size_t i = 0; i < ValueWindows::kMost; ++i) {
    ASSERT_EQ(*windows.Ask(std::to_string(i), trigger, 30, kNow + Seconds(30)), 20) << i;
  }
}

TEST(ValueWindows, AboveTheLimitANewTriggerIsRefusedUntilAnOldOneIsNotAskedForAnyMore) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(300);
  for (size_t i = 0; i < ValueWindows::kMost; ++i) {
    ASSERT_TRUE(windows.Ask(std::to_string(i), trigger, 10, kNow).ok());
  }
  for (size_t i = 1; i < ValueWindows::kMost; ++i) {
    ASSERT_TRUE(windows.Ask(std::to_string(i), trigger, 10, kNow + Seconds(60)).ok());
  }
  const auto refused = windows.Ask("new", trigger, 30, kNow + Seconds(120));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(refused.status().message().find("8192"), std::string::npos) << refused.status();
  EXPECT_EQ(*windows.Ask("1", trigger, 30, kNow + Seconds(120)), 50.0 / 3) << "still known";
  // The only one that nobody has asked for in two minutes.
  EXPECT_EQ(*windows.Ask("new", trigger, 30, kNow + Seconds(120.5)), 30);
  EXPECT_FALSE(windows.Ask("0", trigger, 30, kNow + Seconds(120.5)).ok());
  EXPECT_EQ(windows.size(), ValueWindows::kMost);
}

TEST(ValueWindows, LongKeysCountAgainstTheMemory) {
  ValueWindows windows;
  size_t taken = 0;
  while (
      windows.Ask(std::to_string(taken) + std::string(100'000, 'x'), Windowed(1), 10, kNow).ok()) {
    ++taken;
  }
  EXPECT_GT(taken, 256u);
  EXPECT_LE(taken, ValueWindows::kMostBytes / 200'000);
}

// What a history keeps is one average a second.
TEST(ValueWindows, EachIsEvaluatedOnceInASecond) {
  ValueWindows windows;
  ASSERT_TRUE(windows.Ask("a", Windowed(60), 10, kNow).ok());
  ASSERT_TRUE(windows.Ask("b", Windowed(60), 10, kNow).ok());
  int evaluations = 0;
  const auto evaluate = [&evaluations](const scaling::Trigger&) -> absl::StatusOr<double> {
    return ++evaluations % 2 == 0 ? absl::StatusOr<double>(40) : absl::UnavailableError("stale");
  };
  EXPECT_TRUE(windows.Record(evaluate, kNow + Seconds(0.5)));
  EXPECT_EQ(evaluations, 0) << "both were asked for in this second";
  for (const double second : {1.0, 1.2, 1.9}) windows.Record(evaluate, kNow + Seconds(second));
  EXPECT_EQ(evaluations, 2);
  windows.Record(evaluate, kNow + Seconds(2));
  EXPECT_EQ(evaluations, 4);
}

TEST(ValueWindows, ManyTakeTurnsAndEachTakesItsTurn) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(300);
  constexpr size_t kCount = 1025;
  for (size_t i = 0; i < kCount; ++i)
    ASSERT_TRUE(windows.Ask(std::to_string(i), trigger, 0, kNow).ok());
  for (const int second : {1, 2, 3}) {
    size_t evaluations = 0;
    const auto evaluate = [&evaluations](const scaling::Trigger&) -> absl::StatusOr<double> {
      ++evaluations;
      return 100;
    };
    const auto enough = [&evaluations] { return evaluations % 300 == 0; };
    const base::SteadyTime now = kNow + Seconds(second);
    // To be asked for is to have had a turn.
    ASSERT_TRUE(windows.Ask("600", trigger, 100, now).ok());
    for (int round = 1; round <= 3; ++round) EXPECT_FALSE(windows.Record(evaluate, now, enough));
    EXPECT_EQ(evaluations, 900u);
    EXPECT_TRUE(windows.Record(evaluate, now, enough));
    EXPECT_EQ(evaluations, kCount - 1);
  }
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(*windows.Ask(std::to_string(i), trigger, 0, kNow + Seconds(4)), 60) << i;
  }
}

}  // namespace
}  // namespace gpuscaler::serving
