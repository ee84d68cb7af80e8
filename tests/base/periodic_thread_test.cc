#include "base/periodic_thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/gate.h"

namespace gpuscaler::base {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using tests::Await;
using tests::Gate;
using tests::kPatience;

TEST(PeriodicThread, TicksAtOnceAndThenAgainAndAgain) {
  Gate gate(true);
  PeriodicThread thread("test", milliseconds(1), [&](SteadyTime) { gate.Pass(); });
  EXPECT_TRUE(gate.AwaitArrivals(5));
}

TEST(PeriodicThread, WaitsAWholePeriodBetweenTicks) {
  const SteadyTime before = Now();
  std::vector<SteadyTime> starts;  // written by the thread, read after its end
  Gate gate(true);
  PeriodicThread thread("test", milliseconds(20), [&](SteadyTime now) {
    if (starts.size() < 3) starts.push_back(now);
    gate.Pass();
  });
  ASSERT_TRUE(gate.AwaitArrivals(3));
  ASSERT_TRUE(thread.StopWithin(kPatience));
  // The grid begins after `before`. A machine so busy that a tick overran begins another.
  EXPECT_TRUE(thread.overruns() > 0 || starts[2] - before >= milliseconds(40));
}

TEST(PeriodicThread, HasItsNameInTheKernelCutAtFifteenCharacters) {
  std::array<char, 16> name = {};
  Gate gate(true);
  PeriodicThread thread("a-name-beyond-the-limit", hours(1), [&](SteadyTime) {
    pthread_getname_np(pthread_self(), name.data(), name.size());
    gate.Pass();
  });
  ASSERT_TRUE(gate.AwaitArrivals(1));
  ASSERT_TRUE(thread.StopWithin(kPatience));
  EXPECT_EQ(std::string(name.data()), "a-name-beyond-t");
}

TEST(PeriodicThread, ASlowTickIsCountedAndFollowedByAPause) {
  const Duration period = milliseconds(10);
  SteadyTime first_end;
  SteadyTime second_start;
  int ticks = 0;
  Gate gate(true);
  PeriodicThread thread("test", period, [&](SteadyTime now) {
    ++ticks;
    if (ticks == 1) {
      while (Now() < now + period * 7 / 2) {
      }
      first_end = Now();
    } else if (ticks == 2) {
      second_start = now;
    }
    gate.Pass();
  });
  ASSERT_TRUE(gate.AwaitArrivals(2));
  ASSERT_TRUE(thread.StopWithin(kPatience));
  EXPECT_GE(thread.overruns(), 3u);
  EXPECT_GE(second_start - first_end, period / 10);
}

TEST(PeriodicThread, ATickWithinItsPeriodIsNoOverrun) {
  Gate gate(true);
  PeriodicThread thread("test", hours(1), [&](SteadyTime) { gate.Pass(); });
  ASSERT_TRUE(gate.AwaitArrivals(1));
  ASSERT_TRUE(thread.StopWithin(kPatience));
  EXPECT_EQ(thread.overruns(), 0u);
}

TEST(PeriodicThread, StopDoesNotWaitForThePeriod) {
  Gate gate(true);
  PeriodicThread thread("test", hours(1), [&](SteadyTime) { gate.Pass(); });
  ASSERT_TRUE(gate.AwaitArrivals(1));
  EXPECT_TRUE(thread.StopWithin(kPatience));
  EXPECT_TRUE(thread.StopWithin(Duration::zero())) << "an ended thread stays ended";
  EXPECT_EQ(gate.arrivals(), 1);
}

TEST(PeriodicThread, GivesUpOnATickThatHangsAndNoticesItsEnd) {
  Gate gate(false);
  PeriodicThread thread("test", milliseconds(1), [&](SteadyTime) { gate.Pass(); });
  ASSERT_TRUE(gate.AwaitArrivals(1));
  EXPECT_FALSE(thread.StopWithin(milliseconds(20)));
  gate.Open();
  EXPECT_TRUE(thread.StopWithin(kPatience));
  EXPECT_EQ(gate.arrivals(), 1) << "no tick after a stop";
}

TEST(PeriodicThread, OthersSeeSinceWhenATickRuns) {
  const SteadyTime before = Now();
  Gate gate(false);
  PeriodicThread thread("test", hours(1), [&](SteadyTime) { gate.Pass(); });
  ASSERT_TRUE(gate.AwaitArrivals(1));
  const SteadyTime during = Now();
  const auto since = thread.BusySince();
  gate.Open();
  ASSERT_TRUE(since.has_value());
  EXPECT_GE(*since, before);
  EXPECT_LE(*since, during);
  EXPECT_TRUE(Await([&] { return !thread.BusySince().has_value(); }));
}

TEST(PeriodicThread, DestructionDoesNotWaitForThePeriod) {
  Gate gate(true);
  const SteadyTime before = Now();
  {
    PeriodicThread thread("test", hours(1), [&](SteadyTime) { gate.Pass(); });
    ASSERT_TRUE(gate.AwaitArrivals(1));
  }
  EXPECT_LT(Now() - before, kPatience);
  EXPECT_EQ(gate.arrivals(), 1);
}

}  // namespace
}  // namespace gpuscaler::base
