#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "sources/simulated/waveform.h"

namespace gpuscaler::sources {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

struct Point {
  base::Duration t;
  double value;
};

void ExpectPoints(const Waveform& wave, std::initializer_list<Point> points) {
  for (const Point& point : points) {
    EXPECT_NEAR(wave.At(point.t), point.value, 1e-9) << base::FormatDuration(point.t);
  }
}

TEST(Waveform, AConstantNeverChanges) {
  ExpectPoints(Waveform::Constant(40), {{seconds(0), 40}, {hours(1000), 40}});
}

TEST(Waveform, ASineBeginsInTheMiddleAndRises) {
  const Waveform wave = {.wave = Wave::kSine, .low = 10, .high = 90, .period = seconds(60)};
  ExpectPoints(wave, {{seconds(0), 50},
                      {seconds(5), 70},  // sin 30 degrees = 1/2
                      {seconds(15), 90},
                      {seconds(30), 50},
                      {seconds(45), 10},
                      {seconds(60), 50},
                      {seconds(60 * 1'000'000 + 15), 90}});
}

TEST(Waveform, PhaseIsTheShareOfThePeriodThatAWaveIsAhead) {
  Waveform wave = {
      .wave = Wave::kSine, .low = 10, .high = 90, .period = seconds(60), .phase = 0.25};
  ExpectPoints(wave, {{seconds(0), 90}, {seconds(30), 10}});
  wave.phase = -0.25;
  ExpectPoints(wave, {{seconds(0), 10}, {seconds(15), 50}, {seconds(30), 90}});
}

TEST(Waveform, ASquareIsHighForItsDutyAndThenLow) {
  const Waveform wave = {
      .wave = Wave::kSquare, .low = 5, .high = 95, .period = seconds(10), .duty = 0.3};
  ExpectPoints(wave, {{seconds(0), 95},
                      {milliseconds(2999), 95},
                      {seconds(3), 5},
                      {milliseconds(9999), 5},
                      {seconds(10), 95},
                      {seconds(13), 5}});
}

TEST(Waveform, ASawtoothRisesAndFallsBack) {
  const Waveform wave = {.wave = Wave::kSawtooth, .low = 0, .high = 100, .period = seconds(10)};
  ExpectPoints(wave, {{seconds(0), 0},
                      {milliseconds(2500), 25},
                      {milliseconds(9900), 99},
                      {seconds(10), 0},
                      {milliseconds(17500), 75}});
}

TEST(Waveform, ARampGoesFromOneValueToAnotherOnceEitherWay) {
  Waveform wave = {
      .wave = Wave::kRamp, .low = 0, .high = 80, .period = seconds(20), .start = seconds(10)};
  ExpectPoints(
      wave,
      {{seconds(0), 0}, {seconds(10), 0}, {seconds(15), 20}, {seconds(30), 80}, {hours(5), 80}});
  wave.low = 80;
  wave.high = 0;
  ExpectPoints(wave, {{seconds(0), 80}, {seconds(15), 60}, {hours(5), 0}});
}

TEST(Waveform, StepsHoldUntilTheNextOne) {
  Waveform wave;
  wave.wave = Wave::kSteps;
  wave.steps = {{seconds(5), 1}, {seconds(30), 95}, {seconds(60), 0}};
  ExpectPoints(wave, {{seconds(0), 1},  // the first value holds before it, too
                      {seconds(5), 1},
                      {seconds(30) - nanoseconds(1), 1},
                      {seconds(30), 95},
                      {seconds(60) - nanoseconds(1), 95},
                      {seconds(60), 0},
                      {hours(1), 0}});
  EXPECT_EQ(wave.Highest(), 95);
  EXPECT_EQ(wave.Lowest(), 0);
}

TEST(Waveform, NoiseHoldsForAPeriodAndIsTheSameEveryTime) {
  const Waveform wave = {
      .wave = Wave::kNoise, .low = 20, .high = 30, .period = seconds(2), .seed = 7};
  std::set<double> values;
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = wave.At(seconds(2 * i));
    EXPECT_GE(value, 20);
    EXPECT_LT(value, 30);
    EXPECT_EQ(wave.At(seconds(2 * i) + milliseconds(1999)), value);
    EXPECT_EQ(Waveform(wave).At(seconds(2 * i)), value);
    values.insert(value);
    sum += value;
  }
  EXPECT_EQ(values.size(), 1000u) << "every period has a value of its own";
  EXPECT_NEAR(sum / 1000, 25, 0.5);  // five standard errors of a uniform mean are 0.46
}

TEST(Waveform, SeedsGiveUnrelatedNoise) {
  Waveform a = {.wave = Wave::kNoise, .low = 0, .high = 1, .period = seconds(1), .seed = 1};
  Waveform b = a;
  b.seed = 2;
  int equal = 0;
  for (int i = 0; i < 100; ++i) equal += a.At(seconds(i)) == b.At(seconds(i + 1)) ? 1 : 0;
  for (int i = 0; i < 100; ++i) equal += a.At(seconds(i)) == b.At(seconds(i)) ? 1 : 0;
  EXPECT_EQ(equal, 0);
}

}  // namespace
}  // namespace gpuscaler::sources
