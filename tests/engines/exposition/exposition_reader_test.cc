#include "engines/exposition/exposition_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engines/exposition/absent_series.h"
#include "engines/exposition/gauge_value.h"
#include "engines/exposition/readings.h"
#include "engines/exposition/recorder.h"

namespace gpuscaler::engines {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<double> Value(const Signal& signal, std::string_view text) {
  return GaugeValue(signal, Read(signal, text));
}

// "CODE: message" of what is no value.
std::string Error(const Signal& signal, std::string_view text) {
  const auto value = Value(signal, text);
  EXPECT_FALSE(value.ok()) << *value;
  return value.status().ToString(absl::StatusToStringMode::kWithNoExtraData);
}

Signal Candidates(std::vector<std::string_view> selectors) {
  Signal signal = Expression(selectors.front());
  signal.name = "test";
  for (size_t i = 1; i < selectors.size(); ++i) {
    signal.parts[0].candidates.push_back(SeriesSelector::Parse(selectors[i]).value());
  }
  return signal;
}

TEST(ExpositionReader, AddsUpTheSeriesThatASelectorSelects) {
  const std::string text = "a{m=\"x\"} 1\na{m=\"y\"} 2\nb 10\na{m=\"x\",n=\"1\"} 4\n";
  EXPECT_EQ(*Value(Expression("a"), text), 7);
  EXPECT_EQ(*Value(Expression("a{m=\"x\"}"), text), 5);
  EXPECT_EQ(*Value(Expression("a{m!=\"x\"}"), text), 2);
}

TEST(ExpositionReader, TheFirstCandidateThatIsThereCountsAlone) {
  const Signal signal = Candidates({"new", "old"});
  EXPECT_EQ(*Value(signal, "old 5\nnew 3\n"), 3);
  EXPECT_EQ(*Value(signal, "new 3\nold 5\n"), 3);
  EXPECT_EQ(*Value(signal, "old 5\n"), 5);
  EXPECT_EQ(*Value(signal, "new 0\nold 5\n"), 0);
  EXPECT_EQ(Read(signal, "old 5\n").parts[0].series, "old");
  // One that cannot be used is not replaced by another.
  EXPECT_THAT(Error(signal, "new NaN\nold 5\n"), HasSubstr("new{} is nan"));
  EXPECT_EQ(*Value(signal, "new 3\nold NaN\n"), 3);
}

TEST(ExpositionReader, WhatIsAbsentIsAnErrorThatNamesWhatWasTried) {
  EXPECT_EQ(Error(Expression("a{b=\"c\"}"), "x 1\n"),
            "FAILED_PRECONDITION: a{b=\"c\"} is absent: there is no series a{b=\"c\"}");
  EXPECT_EQ(Error(Candidates({"new", "old"}), "x 1\n"),
            "FAILED_PRECONDITION: test is absent: there is none of the series new, old");
  EXPECT_EQ(Error(Expression("a{b=\"c\"}"), "a{b=\"d\"} 1\n"),
            "FAILED_PRECONDITION: a{b=\"c\"} is absent: there is no series a{b=\"c\"}; there is a, "
            "but with other labels");
  EXPECT_EQ(Error(Of("vllm", "inflight"), "vllm:num_requests_waiting 1\n"),
            "FAILED_PRECONDITION: inflight of vllm is absent: for running there is no series "
            "vllm:num_requests_running");
  // A family without a sample is not 0.
  EXPECT_THAT(Error(Expression("a"), "# TYPE a gauge\n"), HasSubstr("is absent"));
  EXPECT_TRUE(IsAbsentSeries(Value(Expression("a"), "x 1\n").status()));
  EXPECT_FALSE(IsAbsentSeries(Value(Expression("a"), "a NaN\n").status()));
}

TEST(ExpositionReader, WhatIsNoAmountIsAnErrorThatNamesTheSeries) {
  for (const std::string value : {"NaN", "+Inf", "-Inf", "-1"}) {
    EXPECT_THAT(Error(Expression("a"), "a{m=\"x\"} 1\na{m=\"y\"} " + value + "\n"),
                HasSubstr("FAILED_PRECONDITION: a: a{m=\"y\"} is "))
        << value;
  }
  // Those that are not selected do not matter.
  EXPECT_EQ(*Value(Expression("a{m=\"x\"}"), "a{m=\"x\"} 1\na{m=\"y\"} NaN\n"), 1);
}

TEST(ExpositionReader, ARatioAboveOneIsAnErrorThatNamesTheSeries) {
  const Signal kv = Of("vllm", "kv_usage");
  EXPECT_EQ(Error(kv, "vllm:kv_cache_usage_perc{m=\"x\"} 55\n"),
            "FAILED_PRECONDITION: kv_usage of vllm: vllm:kv_cache_usage_perc{m=\"x\"} is 55; a "
            "ratio is from 0 to 1");
  EXPECT_THAT(Error(kv, "vllm:kv_cache_usage_perc 1.0101\n"), HasSubstr("is 1.0101; a ratio"));
  EXPECT_EQ(*Value(kv, "vllm:kv_cache_usage_perc 1.0000000002\n"), 100);
  EXPECT_EQ(*Value(kv, "vllm:kv_cache_usage_perc 1.01\n"), 100);
  EXPECT_DOUBLE_EQ(*Value(kv, "vllm:kv_cache_usage_perc 0.57\n"), 57);
  // What is no ratio may be anything, and so may a series that a trigger names.
  EXPECT_EQ(*Value(Of("vllm", "waiting"), "vllm:num_requests_waiting 55\n"), 55);
  EXPECT_EQ(*Value(Expression("vllm:kv_cache_usage_perc"), "vllm:kv_cache_usage_perc 55\n"), 55);
}

TEST(ExpositionReader, ASeriesThatIsThereTwiceIsAnErrorUnlessItSaysTheSame) {
  EXPECT_EQ(*Value(Expression("a"), "a{b=\"1\",c=\"2\"} 3\na{c=\"2\",b=\"1\"} 3\n"), 3);
  EXPECT_EQ(Error(Expression("a"), "a{b=\"1\",c=\"2\"} 3\na{c=\"2\",b=\"1\"} 4\n"),
            "FAILED_PRECONDITION: a: a{b=\"1\", c=\"2\"} is there twice, as 3 and 4");
  // An empty label is none.
  EXPECT_THAT(Error(Expression("a"), "a{b=\"\"} 3\na 4\n"), HasSubstr("is there twice"));
}

TEST(ExpositionReader, LabelsThatLookAlikeAreDifferentSeries) {
  EXPECT_EQ(*Value(Expression("a"), "a{b=\"1\",c=\"2\"} 1\na{b=\"1\\\", c=\\\"2\"} 2\n"), 3);
  EXPECT_EQ(*Value(Expression("a"), "a{b=\"x\\ny\"} 1\na{b=\"x\\\\ny\"} 2\n"), 3);
}

TEST(ExpositionReader, WhatItShowsOfLabelsIsShortAndPrintable) {
  const std::string error =
      Error(Expression("a"), "a{\"x\\n\x1b\"=\"\x1b\",y=\"" + std::string(5000, 'z') + "\"} NaN\n");
  EXPECT_THAT(error, HasSubstr(R"(a: a{"x\u000a\u001b"="\u001b", y="zzz)"));
  EXPECT_THAT(error, HasSubstr("zzz... is nan"));
  EXPECT_LT(error.size(), 400U);
  EXPECT_EQ(*Value(Expression("a"), "a{\"b=\\\"1\\\", c\"=\"2\"} 1\na{b=\"1\",c=\"2\"} 2\n"), 3);
}

TEST(ExpositionReader, ReadsManySignalsAtOnce) {
  const std::vector<Signal> signals = {Of("vllm", "waiting"), Of("vllm", "inflight"),
                                       Expression("x"), Expression("x{a=\"1\"}")};
  const auto readings = ReadAll(
      signals, "vllm:num_requests_running 5\nvllm:num_requests_waiting 2\nx 7\nx{a=\"1\"} 8\n");
  ASSERT_EQ(readings.size(), 4U);
  EXPECT_EQ(*GaugeValue(signals[0], readings[0]), 2);
  EXPECT_EQ(*GaugeValue(signals[1], readings[1]), 7);
  EXPECT_EQ(*GaugeValue(signals[2], readings[2]), 15);
  EXPECT_EQ(*GaugeValue(signals[3], readings[3]), 8);
}

TEST(ExpositionReader, IsEmptyOnceItHasBeenRead) {
  const Signal signal = Expression("a");
  ExpositionReader reader({&signal, 1});
  ASSERT_TRUE(reader.Wants("a"));
  reader.Take({"a", Labels(), 5, {}});
  EXPECT_EQ(*GaugeValue(signal, reader.Readings()[0]), 5);
  EXPECT_FALSE(reader.Readings()[0].parts[0].status.ok());
}

TEST(ExpositionReader, WantsNamesOfTheSignalsOnly) {
  const Signal signal = Candidates({"abc", "de"});
  ExpositionReader reader({&signal, 1});
  EXPECT_TRUE(reader.Wants("abc"));
  EXPECT_TRUE(reader.Wants("de"));
  for (const std::string_view name : {"ab", "abd", "d", "dee", ""}) {
    EXPECT_FALSE(reader.Wants(name)) << name;
  }
  // Lengths are compared modulo 64 at first.
  EXPECT_FALSE(reader.Wants("de" + std::string(64, 'x')));
}

TEST(ExpositionReader, KeepsABoundedNumberOfSeries) {
  std::string text;
  for (size_t i = 0; i < ExpositionReader::kMostSeries; ++i) {
    base::StrAppend(&text, "a{b=\"", i, "\"} 1\n");
  }
  EXPECT_EQ(*Value(Expression("a"), text), ExpositionReader::kMostSeries);
  EXPECT_THAT(Error(Expression("a"), text + "a 1\n"), HasSubstr("RESOURCE_EXHAUSTED"));
}

TEST(ExpositionReader, KeepsABoundedNumberOfSeriesOfAllSignals) {
  std::vector<Signal> signals;
  std::string text;
  for (int i = 0; i < 6; ++i) {
    signals.push_back(Expression(base::StrCat("a", i)));
    for (size_t j = 0; j < ExpositionReader::kMostInAll / 6 + 1; ++j) {
      base::StrAppend(&text, "a", i, "{b=\"", j, "\"} 1\n");
    }
  }
  const auto readings = ReadAll(signals, text);
  EXPECT_TRUE(readings[4].parts[0].status.ok());
  EXPECT_EQ(readings[5].parts[0].status.code(), absl::StatusCode::kResourceExhausted);
}

TEST(ExpositionReader, KeepsNoLabels) {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    base::StrAppend(&text, "a{b=\"", std::string(60'000, 'x'), i, "\"} 1\n");
  }
  EXPECT_EQ(*Value(Expression("a"), text), 60);
}

// A federated page tells what was so minutes ago.
class TimestampTest : public testing::Test {
 protected:
  // A quarter of a second after the hour.
  static constexpr std::chrono::milliseconds kAnswered{1'800'000'000'250};

  static PartReading Part(std::string_view text, ExpositionFormat format) {
    const Signal signal = Expression("queue");
    ExpositionReader reader(
        {&signal, 1},
        SampleClock{std::chrono::system_clock::time_point(kAnswered), std::chrono::seconds(10)});
    EXPECT_EQ(Parse(text, reader, format), absl::OkStatus());
    return reader.Readings()[0].parts[0];
  }
};

TEST_F(TimestampTest, InMillisecondsOfAStaleSampleIsAnErrorThatNamesItsAge) {
  const auto part = [](int64_t time) {
    return Part(base::StrCat("queue{m=\"x\"} 7 ", time, "\n"), ExpositionFormat::kText);
  };
  EXPECT_EQ(part(kAnswered.count() - 240'000).status.ToString(),
            "UNAVAILABLE: queue: queue{m=\"x\"} is 240.0s old by its timestamp; what counts is "
            "10s old at most");
  EXPECT_FALSE(part(kAnswered.count() - 10'001).status.ok());
  EXPECT_TRUE(part(kAnswered.count() - 9'999).status.ok());
  EXPECT_TRUE(part(kAnswered.count() + 3'600'000).status.ok()) << "clocks differ";
  EXPECT_FALSE(part(0).status.ok());
  EXPECT_FALSE(part(-9'000'000'000'000'000'000).status.ok());
}

TEST_F(TimestampTest, IsInSecondsInOpenMetrics) {
  const auto part = [](std::string_view time) {
    return Part(base::StrCat("queue 7 ", time, "\n# EOF\n"), ExpositionFormat::kOpenMetrics);
  };
  EXPECT_THAT(std::string(base::Message(part("1799999760.25").status)),
              HasSubstr("queue{} is 240.0s old"));
  EXPECT_TRUE(part("1799999990.5").status.ok());
  EXPECT_TRUE(part("1800000000").status.ok());
  EXPECT_FALSE(part("1799999990").status.ok());
}

TEST_F(TimestampTest, OfWhatIsNotSelectedDoesNotMatter) {
  EXPECT_TRUE(Part("queue 7\nother 1 0\n", ExpositionFormat::kText).status.ok());
}

}  // namespace
}  // namespace gpuscaler::engines
