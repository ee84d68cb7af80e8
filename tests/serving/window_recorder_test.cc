#include "serving/window_recorder.h"

#include <gtest/gtest.h>

#include <string>

#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

class WindowRecorderTest : public testing::Test {
 protected:
  void Ask(const std::string& target, base::SteadyTime now) {
    externalscaler::GetMetricsRequest request;
    *request.mutable_scaledobjectref() = MakeObject({{"window", "60"}, {"targetValue", target}});
    request.set_metricname("keda_gpu_metric");
    const auto answer = *GetMetrics(request, context_, now);
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
  // The average that would be answered.
  std::optional<double> Average(const std::string& target, base::SteadyTime now) {
    const auto object = MakeObject({{"window", "60"}, {"targetValue", target}});
    return windows_.Peek(WindowKey(object), *ReadTrigger(object), 90, now);
  }

  telemetry::Store store_;
  ValueWindows windows_;
  const Role role_ = NodeRole(store_, Seconds(10));
  LastSigns signs_;
  IdleSpells spells_;
  const ScalerContext context_{store_, windows_, signs_, spells_, {Seconds(10)}, role_};
  base::Duration each_look_{0};  // passes with each look at the clock
  base::SteadyTime clock_ = kNow;
  WindowRecorder recorder_{context_, [this] { return clock_ += each_look_; }};
};

TEST_F(WindowRecorderTest, TakesOneValueInASecondHoweverManyViewsCome) {
  Publish(store_, {10}, kNow);
  Ask("80", kNow);
  for (const double second : {1.0, 1.1, 1.2}) {
    Publish(store_, {90}, kNow + Seconds(second));
    recorder_.Record(kNow + Seconds(second));
  }
  EXPECT_EQ(Average("80", kNow + Seconds(1.3)), 50) << "10, and a second of 90";
  recorder_.Record(kNow + Seconds(2));
  EXPECT_NEAR(*Average("80", kNow + Seconds(2.1)), 190.0 / 3, 0.01);
}

TEST_F(WindowRecorderTest, StopsAfterAWhileAndGoesOnAfterAPause) {
  Publish(store_, {90}, kNow + Seconds(1));
  for (const char* target : {"50", "60", "70"}) Ask(target, kNow);
  // As if the view had been busy before: three values of 90, and now there is one of 10.
  Publish(store_, {10}, kNow + Seconds(1));
  each_look_ = WindowRecorder::kTurn;  // each evaluation takes as long
  const auto recorded = [this] {
    int windows = 0;
    for (const char* target : {"50", "60", "70"}) {
      windows += *Average(target, kNow + Seconds(2)) < 90 ? 1 : 0;
    }
    return windows;
  };
  recorder_.Record(kNow + Seconds(1));
  EXPECT_EQ(recorded(), 1);
  recorder_.Record(kNow + Seconds(1.01));
  EXPECT_EQ(recorded(), 1) << "calls have their turn first";
  recorder_.Record(kNow + Seconds(1.02));
  EXPECT_EQ(recorded(), 2);
  recorder_.Record(kNow + Seconds(1.04));
  EXPECT_EQ(recorded(), 3);
}

TEST_F(WindowRecorderTest, AMomentWithoutDataIsNoZero) {
  Publish(store_, {90}, kNow);
  Ask("80", kNow);
  recorder_.Record(kNow + Seconds(20));
  EXPECT_EQ(Average("80", kNow + Seconds(21)), 90);
}

}  // namespace
}  // namespace gpuscaler::serving
