#include "fleet/report_schedule.h"

#include <gtest/gtest.h>

#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

using std::chrono::milliseconds;

TEST(ReportSchedule, NewReadingsAreReportedATwentiethEarlierAndOldOnesATwentiethLater) {
  ReportSchedule schedule(milliseconds(1000));
  schedule.Sent(kNow, milliseconds(1000));
  const auto due = [&](int now, int read_at) {
    return schedule.IsDue(kNow + milliseconds(now), kNow + milliseconds(read_at));
  };
  EXPECT_FALSE(due(960, 949));
  EXPECT_TRUE(due(960, 950));
  EXPECT_FALSE(due(1049, 800));
  EXPECT_TRUE(due(1050, 800));
  EXPECT_EQ(schedule.latest(), kNow + milliseconds(1050));
}

TEST(ReportSchedule, AShorterIntervalBringsTheNextOneForward) {
  ReportSchedule schedule(milliseconds(1000));
  schedule.Sent(kNow, milliseconds(1000));
  schedule.SetInterval(milliseconds(200), kNow + milliseconds(100));
  EXPECT_EQ(schedule.latest(), kNow + milliseconds(310));
  schedule.SetInterval(milliseconds(2000), kNow + milliseconds(100));
  EXPECT_EQ(schedule.latest(), kNow + milliseconds(400));
}

// Whatever its phase, a report soon leaves with readings that were just taken.
TEST(ReportSchedule, FallsIntoStepWithTheReadings) {
  constexpr base::Duration kReadEvery = milliseconds(200);
  for (int phase = 0; phase < 200; phase += 7) {
    ReportSchedule schedule(milliseconds(1000));
    base::SteadyTime now = kNow + milliseconds(phase);
    schedule.Sent(now, milliseconds(1000));
    base::SteadyTime read_at = kNow;
    base::Duration age{};
    for (int reports = 0; reports < 6; now += milliseconds(1)) {
      while (read_at + kReadEvery <= now) read_at += kReadEvery;
      if (!schedule.IsDue(now, read_at)) continue;
      age = now - read_at;
      schedule.Sent(now, milliseconds(1000));
      ++reports;
    }
    EXPECT_LE(age, milliseconds(1)) << "phase " << phase;
  }
}

}  // namespace
}  // namespace gpuscaler::fleet
