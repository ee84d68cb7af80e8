#include "web/exposition.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace gpuscaler::web {
namespace {

TEST(ExpositionTest, FamiliesAreWrittenWithHelpTypeAndSamples) {
  Exposition page;
  page.Family("up", MetricType::kGauge, "Is it up?");
  page.Sample(Labels().Add("gpu", uint64_t{0}).Add("name", "H100"), uint64_t{1});
  page.Sample(Labels().Add("gpu", uint64_t{1}), 0.25);
  page.Family("calls_total", MetricType::kCounter, "Calls.");
  page.Sample(Labels(), uint64_t{18446744073709551615U});
  page.Family("devices_count", MetricType::kUntyped, "Devices.");
  page.Sample(Labels(), 8.0);
  EXPECT_EQ(std::move(page).Text(),
            "# HELP up Is it up?\n"
            "# TYPE up gauge\n"
            "up{gpu=\"0\",name=\"H100\"} 1\n"
            "up{gpu=\"1\"} 0.25\n"
            "# HELP calls_total Calls.\n"
            "# TYPE calls_total counter\n"
            "calls_total 18446744073709551615\n"
            "# HELP devices_count Devices.\n"
            "# TYPE devices_count untyped\n"
            "devices_count 8\n");
}

TEST(ExpositionTest, AFamilyWithoutSamplesLeavesNoTrace) {
  Exposition page;
  page.Family("absent", MetricType::kGauge, "x");
  page.Family("there", MetricType::kGauge, "y");
  page.Sample(Labels(), uint64_t{0});
  page.Family("last", MetricType::kGauge, "z");
  EXPECT_EQ(std::move(page).Text(), "# HELP there y\n# TYPE there gauge\nthere 0\n");
}

TEST(ExpositionTest, LabelValuesAndHelpAreEscaped) {
  Exposition page;
  page.Family("a", MetricType::kGauge, "back\\slash \"quoted\"\nnew line");
  page.Sample(Labels().Add("l", "back\\slash \"quoted\"\nnew line\r\t}"), uint64_t{1});
  EXPECT_EQ(std::move(page).Text(),
            "# HELP a back\\\\slash \"quoted\"\\nnew line\n"
            "# TYPE a gauge\n"
            "a{l=\"back\\\\slash \\\"quoted\\\"\\nnew line\r\t}\"} 1\n");
}

TEST(ExpositionTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Labels().Add("l", "\xC3\xBC \xFF\"\xE2\x82 \xE2\x82\xAC").text(),
            "l=\"\xC3\xBC \xEF\xBF\xBD\\\"\xEF\xBF\xBD\xEF\xBF\xBD \xE2\x82\xAC\"");
}

TEST(ExpositionTest, AHistogramAccumulatesItsBuckets) {
  Exposition page;
  page.Family("d_seconds", MetricType::kHistogram, "Durations.");
  const std::array<double, 3> bounds = {0.0005, 0.1, 2.5};
  const std::array<uint64_t, 4> counts = {3, 0, 4, 1};
  page.Histogram(Labels().Add("lane", "fast"), bounds, counts, 9.125);
  page.Histogram(Labels(), {}, std::array<uint64_t, 1>{2}, 0);
  EXPECT_EQ(std::move(page).Text(),
            "# HELP d_seconds Durations.\n"
            "# TYPE d_seconds histogram\n"
            "d_seconds_bucket{lane=\"fast\",le=\"0.0005\"} 3\n"
            "d_seconds_bucket{lane=\"fast\",le=\"0.1\"} 3\n"
            "d_seconds_bucket{lane=\"fast\",le=\"2.5\"} 7\n"
            "d_seconds_bucket{lane=\"fast\",le=\"+Inf\"} 8\n"
            "d_seconds_sum{lane=\"fast\"} 9.125\n"
            "d_seconds_count{lane=\"fast\"} 8\n"
            "d_seconds_bucket{le=\"+Inf\"} 2\n"
            "d_seconds_sum 0\n"
            "d_seconds_count 2\n");
}

TEST(ExpositionTest, NumbersAreShortAndReadBackExactly) {
  struct Row {
    double value;
    std::string_view text;
  };
  for (const Row& row : {
           Row{0, "0"},
           Row{-0.0, "-0"},
           Row{-3, "-3"},
           Row{100000, "100000"},
           Row{85899345920, "85899345920"},
           Row{999999999999999, "999999999999999"},
           Row{1e15, "1e+15"},
           Row{0.1, "0.1"},
           Row{1.0 / 3, "0.3333333333333333"},
           Row{1234567.5, "1234567.5"},
           Row{0.00001, "0.00001"},
           Row{0.000001, "1e-06"},
           Row{5e-324, "5e-324"},
           Row{1.7976931348623157e308, "1.7976931348623157e+308"},
           Row{std::numeric_limits<double>::infinity(), "+Inf"},
           Row{-std::numeric_limits<double>::infinity(), "-Inf"},
           Row{std::nan(""), "NaN"},
       }) {
    EXPECT_EQ(FormatSampleValue(row.value), row.text);
  }
}

}  // namespace
}  // namespace gpuscaler::web
