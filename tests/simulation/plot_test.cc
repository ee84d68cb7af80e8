#include "simulation/plot.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simulation/svg_panel.h"
#include "simulation/timeline.h"

namespace gpuscaler::simulation {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Ticks, AreRoundAndReachAboveTheHighest) {
  EXPECT_THAT(RoundTicks(100, 5), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(RoundTicks(7, 5), ElementsAre(0, 2, 4, 6, 8));
  EXPECT_THAT(RoundTicks(0.3, 5).back(), testing::DoubleNear(0.3, 0.11));
}

TEST(Ticks, OfTimeAreWholeMinutesOrHours) {
  EXPECT_THAT(TimeTicks(600, 10), ElementsAre(0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600));
  EXPECT_THAT(TimeTicks(14400, 10),
              ElementsAre(0, 1800, 3600, 5400, 7200, 9000, 10800, 12600, 14400));
}

TEST(ClockText, IsHoursMinutesSeconds) {
  EXPECT_EQ(ClockText(std::chrono::seconds(3725)), "1:02:05");
}

SvgPanel Panel(std::vector<std::optional<double>> values, bool steps) {
  return {"load", {{"offered", "load", std::move(values), steps}}};
}

TEST(Panel, HoldsAStepUntilTheNextAndEndsAtAGap) {
  // 64 to 926 pixels for 4 seconds: 215.5 each. From 24 to 178 for 0 to 10.
  const std::string svg = DrawPanel(Panel({10, 10, 0, std::nullopt}, true), 0, 960, 200, true);
  EXPECT_THAT(svg, HasSubstr("d=\"M64.0 24.0H495.0L495.0 178.0H710.5\""));
}

TEST(Panel, OfMoreSecondsThanPixelsKeepsTheHighestAndTheLowest) {
  std::vector<std::optional<double>> values(86400, 50);
  values[40000] = 100;
  values[40010] = 0;
  const std::string svg = DrawPanel(Panel(std::move(values), false), 0, 960, 200, true);
  EXPECT_THAT(svg, AllOf(HasSubstr(" 24.0L"), HasSubstr(" 178.0L")));
  EXPECT_LT(svg.size(), 60000u);
}

SimulatedObject Object() {
  SimulatedObject object;
  object.name = "default/a<b>&c";
  object.triggers.push_back({});
  object.triggers[0].trigger.target = 80;
  object.triggers[0].trigger.metric_name = "keda_gpu_metric";
  return object;
}

Course TwoSeconds() {
  Course course;
  course.seconds = {{50, 0, 50, 50.0, 1, 1, 1}, {90, 5, 100, std::nullopt, std::nullopt, 2, 1}};
  Decision decision;
  decision.answers = {{absl::OkStatus(), 50, true, false}};
  decision.wanted = 1;
  decision.before = 1;
  decision.after = 1;
  Decision failed = decision;
  failed.at = std::chrono::seconds(15);
  failed.answers[0].status = absl::UnavailableError("the driver is gone");
  failed.wanted = std::nullopt;
  course.decisions = {decision, decision, failed};
  return course;
}

TEST(Plot, IsOfItselfCompleteAndReadableInTheDark) {
  const std::string svg = Svg(Object(), TwoSeconds());
  EXPECT_THAT(svg, AllOf(testing::StartsWith("<svg xmlns="), HasSubstr("default/a&lt;b&gt;&amp;c"),
                         HasSubstr("prefers-color-scheme: dark"), HasSubstr(">target<"),
                         HasSubstr(">HPA wants<"), HasSubstr("load that waits")));
  EXPECT_THAT(svg, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("href"))));
  Course calm = TwoSeconds();
  for (Second& second : calm.seconds) second.backlog = 0;
  EXPECT_THAT(Svg(Object(), calm), Not(HasSubstr("load that waits")));
}

TEST(Plot, TheHtmlPageHoldsPictureAndText) {
  EXPECT_THAT(
      Html(Object(), TwoSeconds(), "a < b"),
      AllOf(testing::StartsWith("<!doctype html>"), HasSubstr("<svg"), HasSubstr("a &lt; b")));
}

TEST(Timeline, TellsChangesAndErrorsOnce) {
  const std::string brief = Timeline(Object(), TwoSeconds(), false);
  EXPECT_EQ(std::count(brief.begin(), brief.end(), '\n'), 1 + 1 + 2) << brief;
  EXPECT_THAT(brief, HasSubstr("UNAVAILABLE: the driver is gone"));
  const std::string all = Timeline(Object(), TwoSeconds(), true);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1 + 2 + 2) << all;
}

TEST(Summary, SaysHowItWentAndWhatTheModelLeavesOut) {
  EXPECT_THAT(
      Summary(Object(), TwoSeconds()),
      AllOf(HasSubstr("1 to 2 replicas"), HasSubstr("for 50.0 % of the time"),
            HasSubstr("gpu_utilization x 1 recorded replicas"), HasSubstr("at least that load")));
}

}  // namespace
}  // namespace gpuscaler::simulation
