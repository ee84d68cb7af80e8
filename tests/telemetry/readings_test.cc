#include "telemetry/readings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace gpuscaler::telemetry {
namespace {

using catalog::Metric;

constexpr base::SteadyTime kNow{std::chrono::seconds(100)};

TEST(Readings, BeginAsNeverRead) {
  const Readings readings;
  for (const auto& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    EXPECT_EQ(readings[row.id].state, ReadingState::kNever) << row.name;
    EXPECT_FALSE(readings.Value(row.id).has_value()) << row.name;
  }
}

TEST(Readings, ZeroIsAValueAndAbsenceIsNot) {
  Readings readings;
  readings.Set(Metric::kGpuUtilization, 0, kNow);
  readings.SetUnsupported(Metric::kTemperature);
  readings.SetFailed(Metric::kPowerDraw);
  ASSERT_TRUE(readings.Value(Metric::kGpuUtilization).has_value());
  EXPECT_EQ(*readings.Value(Metric::kGpuUtilization), 0);
  EXPECT_EQ(readings[Metric::kGpuUtilization].sampled_at, kNow);
  EXPECT_FALSE(readings.Value(Metric::kTemperature).has_value());
  EXPECT_EQ(readings[Metric::kTemperature].state, ReadingState::kUnsupported);
  EXPECT_FALSE(readings.Value(Metric::kPowerDraw).has_value());
  EXPECT_EQ(readings[Metric::kPowerDraw].state, ReadingState::kFailed);
}

TEST(Readings, WhatIsNotFiniteIsAFailureNotAValue) {
  Readings readings;
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    readings.Set(Metric::kPowerDraw, 300, kNow);
    readings.Set(Metric::kPowerDraw, value, kNow);
    EXPECT_EQ(readings[Metric::kPowerDraw].state, ReadingState::kFailed);
    EXPECT_FALSE(readings.Value(Metric::kPowerDraw).has_value());
  }
}

TEST(Readings, AnAbsenceReplacesAValueWhole) {
  Readings readings;
  readings.Set(Metric::kPowerDraw, 300, kNow);
  readings.SetUnsupported(Metric::kPowerDraw);
  EXPECT_EQ(readings[Metric::kPowerDraw].value, 0);
  EXPECT_EQ(readings[Metric::kPowerDraw].sampled_at, base::SteadyTime());
}

}  // namespace
}  // namespace gpuscaler::telemetry
