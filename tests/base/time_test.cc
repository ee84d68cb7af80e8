#include "base/time.h"

#include <gtest/gtest.h>

#include <string>

namespace gpuscaler::base {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(ParseDuration, ReadsNumbersWithUnits) {
  const struct {
    const char* text;
    Duration expected;
  } rows[] = {{"200ms", milliseconds(200)}, {"2s", seconds(2)},          {"1m30s", seconds(90)},
              {"1.5s", milliseconds(1500)}, {"1h", minutes(60)},         {"20us", microseconds(20)},
              {"7ns", nanoseconds(7)},      {"0s", nanoseconds(0)},      {"0", nanoseconds(0)},
              {"-3s", seconds(-3)},         {"2562047h", hours(2562047)}};
  for (const auto& row : rows) {
    const auto parsed = ParseDuration(row.text);
    ASSERT_TRUE(parsed.ok()) << row.text << ": " << parsed.status();
    EXPECT_EQ(*parsed, row.expected) << row.text;
  }
}

TEST(ParseDuration, RefusesEverythingElseAndSaysWhatItWants) {
  for (const char* text : {"", "5", "5 s", "s", "2x", "1d", "abc", "inf", "-inf", "nan", "1e3s",
                           "2s,", "2562048h", "-2562048h", "99999999999999999999999h"}) {
    const auto parsed = ParseDuration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(parsed.status().message(),
              "\"" + std::string(text) + "\" is not a duration; write it like 200ms, 2s or 1m30s");
  }
}

TEST(FormatDuration, IsShortAndReadsBackAsTheSame) {
  const struct {
    Duration duration;
    const char* expected;
  } rows[] = {{milliseconds(200), "200ms"},
              {seconds(2), "2s"},
              {seconds(90), "1m30s"},
              {hours(1), "1h"},
              {nanoseconds(1234567), "1.234567ms"},
              {nanoseconds(0), "0"},
              {milliseconds(-1500), "-1.5s"}};
  for (const auto& row : rows) {
    EXPECT_EQ(FormatDuration(row.duration), row.expected);
    const auto back = ParseDuration(row.expected);
    ASSERT_TRUE(back.ok()) << row.expected;
    EXPECT_EQ(*back, row.duration);
  }
}

TEST(FormatSeconds, HasOneDecimal) {
  EXPECT_EQ(FormatSeconds(milliseconds(12345)), "12.3s");
  EXPECT_EQ(FormatSeconds(seconds(0)), "0.0s");
  EXPECT_EQ(FormatSeconds(minutes(2)), "120.0s");
}

TEST(ToSeconds, CountsNanoseconds) {
  EXPECT_DOUBLE_EQ(ToSeconds(milliseconds(1500)), 1.5);
}

}  // namespace
}  // namespace gpuscaler::base
