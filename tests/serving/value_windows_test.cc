#include "serving/value_windows.h"

#include <gtest/gtest.h>

#include <string>

#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

const scaling::EvaluationLimits kLimits = {Seconds(10)};

scaling::Trigger Windowed(double seconds) {
  scaling::Trigger trigger;
  trigger.target = 80;
  trigger.window = Seconds(seconds);
  return trigger;
}

TEST(ValueWindows, AnswersTheAverageOverTheWindow) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(3);
  EXPECT_EQ(windows.Ask("a", trigger, 10, kNow), 10);
  EXPECT_EQ(windows.Ask("a", trigger, 20, kNow + Seconds(1)), 15);
  EXPECT_EQ(windows.Ask("a", trigger, 60, kNow + Seconds(2)), 30);
  EXPECT_EQ(windows.Ask("a", trigger, 40, kNow + Seconds(3)), 40)
      << "the first 10 is out: 20 60 40";
  EXPECT_EQ(windows.Ask("b", trigger, 99, kNow + Seconds(3)), 99);
}

TEST(ValueWindows, RecordsBetweenTwoQuestions) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(60);
  EXPECT_EQ(windows.Ask("a", trigger, 0, kNow), 0);
  for (const int second : {1, 2, 3}) {
    windows.Record(scaling::MakeView(catalog::Metric::kGpuUtilization, {40}),
                   kNow + Seconds(second), kLimits);
  }
  EXPECT_EQ(windows.Ask("a", trigger, 40, kNow + Seconds(4)), 32);  // 0 40 40 40 40
}

TEST(ValueWindows, AMomentWithoutDataIsNoZero) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(60);
  windows.Ask("a", trigger, 50, kNow);
  const auto view =
      scaling::MakeView({scaling::MakeSilentNode("node-a", absl::UnavailableError("no driver"))});
  for (const int second : {1, 2, 3}) windows.Record(view, kNow + Seconds(second), kLimits);
  EXPECT_EQ(windows.Ask("a", trigger, 50, kNow + Seconds(4)), 50);
}

TEST(ValueWindows, ForgetsWhatNobodyHasAskedForInTenMinutes) {
  ValueWindows windows;
  const auto view = scaling::MakeView(catalog::Metric::kGpuUtilization, {40});
  windows.Ask("a", Windowed(60), 10, kNow);
  windows.Ask("b", Windowed(60), 10, kNow + Seconds(60));
  windows.Record(view, kNow + Seconds(600), kLimits);
  EXPECT_EQ(windows.size(), 2u);
  windows.Record(view, kNow + Seconds(600.001), kLimits);
  EXPECT_EQ(windows.size(), 1u);
  windows.Record(view, kNow + Seconds(660.001), kLimits);
  EXPECT_EQ(windows.size(), 0u);
}

TEST(ValueWindows, HoldsFiveHundredTwelveAndDropsTheLongestUnasked) {
  ValueWindows windows;
  const scaling::Trigger trigger = Windowed(300);
  for (int i = 0; i < 512; ++i) {
    windows.Ask(std::to_string(i), trigger, 10, kNow + Seconds(0.01 * i));
  }
  EXPECT_EQ(windows.size(), 512u);
  const base::SteadyTime later = kNow + Seconds(20);
  EXPECT_EQ(windows.Ask("0", trigger, 30, later), 20) << "a known one drops nobody";
  EXPECT_EQ(windows.Ask("512", trigger, 30, later), 30);
  EXPECT_EQ(windows.size(), 512u);
  EXPECT_EQ(windows.Ask("2", trigger, 30, later), 20) << "still known";
  EXPECT_EQ(windows.Ask("1", trigger, 30, later), 30) << "it was the one to go";
  EXPECT_EQ(windows.size(), 512u);
}

}  // namespace
}  // namespace gpuscaler::serving
