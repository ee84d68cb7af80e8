#include "engines/exposition/sample_line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gpuscaler::engines {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(ReadNumber, TakesWhatExpositionsHold) {
  const struct {
    std::string_view text;
    double value;
  } rows[] = {
      {"0", 0},
      {"12", 12},
      {"-3.5", -3.5},
      {"+3.5", 3.5},
      {".5", 0.5},
      {"5.", 5},
      {"8.128902e+06", 8128902},
      {"1E3", 1000},
      {"1e-3", 0.001},
      {"1.7976931348623157e308", std::numeric_limits<double>::max()},
      {"+Inf", kInf},
      {"-Inf", -kInf},
      {"Inf", kInf},
      {"inf", kInf},
      {"+Infinity", kInf},
      // Nearly 0 is 0.
      {"1e-400", 0},
      {"4.9e-5000", 0},
  };
  for (const auto& row : rows) {
    const auto value = ReadNumber(row.text);
    ASSERT_TRUE(value.has_value()) << row.text;
    EXPECT_EQ(*value, row.value) << row.text;
  }
  EXPECT_TRUE(std::isnan(ReadNumber("NaN").value_or(0)));
  EXPECT_TRUE(std::isnan(ReadNumber("nan").value_or(0)));
  EXPECT_EQ(ReadNumber("0." + std::string(400, '0') + "1"), 0);
}

TEST(ReadNumber, TakesNothingElse) {
  for (const std::string_view text :
       {"", "+", "-", "+-1", "--1", "1,5", "1_000", "0x10", "1e", "e5", "twelve", "nan(1)", "12abc",
        "1 ", " 1", "1e400", "-1e400"}) {
    EXPECT_FALSE(ReadNumber(text).has_value()) << text;
  }
  EXPECT_FALSE(ReadNumber(std::string(400, '9')).has_value());
  EXPECT_FALSE(ReadNumber("000" + std::string(400, '9')).has_value());
}

TEST(LineStart, IsANameAndWhatFollows) {
  const struct {
    std::string_view line, name, rest;
    bool in_braces = false;
  } rows[] = {
      {"a 1", "a", " 1"},
      {"a\t1", "a", "\t1"},
      {"  a 1", "a", " 1"},
      {"a{b=\"c\"} 1", "a", "{b=\"c\"} 1"},
      {"vllm:num_requests_waiting{} 1", "vllm:num_requests_waiting", "{} 1"},
      {":a_9 1", ":a_9", " 1"},
      {R"({"my.name"} 1)", "my.name", "} 1", true},
      {R"({ "my.name" , a="b"} 1)", "my.name", R"( a="b"} 1)", true},
  };
  for (const auto& row : rows) {
    const auto start = ReadLineStart(row.line);
    ASSERT_TRUE(start.has_value()) << row.line;
    EXPECT_EQ(start->name.Text(), row.name);
    EXPECT_EQ(start->rest, row.rest);
    EXPECT_EQ(start->in_braces, row.in_braces);
  }
}

TEST(LineStart, OfWhatIsNoSampleIsNone) {
  for (const std::string_view line :
       {"", " ", "<html>", "404 page not found", "9a 1", "a", "a-b 1", "a.b 1", "{a=\"b\"} 1",
        "{} 1", "{\"a\": 1}", "[{\"a\": 1}]", "{\"a", "Unauthorized", "\xC3\xA4 1", "\"a\" 1"}) {
    EXPECT_FALSE(ReadLineStart(line).has_value()) << line;
  }
}

TEST(LineRest, HoldsLabelsValueAndTimestamp) {
  LineRest rest;
  EXPECT_EQ(ReadLineRest(*ReadLineStart("a 1"), &rest), "");
  EXPECT_EQ(rest.value, 1);
  EXPECT_FALSE(rest.timestamp.has_value());

  EXPECT_EQ(ReadLineRest(*ReadLineStart("a {b=\"c d\"}\t2.5  1762104134238 "), &rest), "");
  EXPECT_EQ(rest.value, 2.5);
  EXPECT_EQ(rest.timestamp, 1762104134238);
  EXPECT_TRUE(rest.labels.Find("b").Is("c d"));

  // The value may follow the brace at once.
  EXPECT_EQ(ReadLineRest(*ReadLineStart("a{b=\"c\"}3"), &rest), "");
  EXPECT_EQ(rest.value, 3);

  EXPECT_EQ(ReadLineRest(*ReadLineStart(R"({"my.name",b="c"} 4)"), &rest), "");
  EXPECT_EQ(rest.value, 4);
  EXPECT_TRUE(rest.labels.Find("b").Is("c"));
}

TEST(LineRest, MayHoldAnExemplar) {
  LineRest rest;
  EXPECT_EQ(ReadLineRest(*ReadLineStart(R"(a_bucket{le="1"} 11 # {trace_id="x"} 0.67)"), &rest),
            "");
  EXPECT_EQ(rest.value, 11);
  EXPECT_FALSE(rest.timestamp.has_value());
  EXPECT_EQ(ReadLineRest(*ReadLineStart(R"(a_total 5 1.5 # {} 1 1.5)"), &rest), "");
  EXPECT_EQ(rest.timestamp, 1.5);
}

TEST(LineRest, ThatIsMalformedSaysWhatIsWrong) {
  const struct {
    std::string_view line, problem;
  } rows[] = {
      {"a ", "there is no value"},
      {"a{b=\"c\"}", "there is no value"},
      {"a x", "the value is no number"},
      {"a # {}", "the value is no number"},
      {"a 1 x", "the timestamp is no number"},
      {"a 1 NaN", "the timestamp is no number"},
      {"a 1 2 3", "there is text after the timestamp"},
      {"a{b=\"c\" 1", "between labels there is no comma"},
      {R"({"a" 1)", ""},
  };
  for (const auto& row : rows) {
    const auto start = ReadLineStart(row.line);
    if (row.problem.empty()) {
      EXPECT_FALSE(start.has_value());
      continue;
    }
    LineRest rest;
    EXPECT_EQ(ReadLineRest(*start, &rest), row.problem) << row.line;
  }
}

}  // namespace
}  // namespace gpuscaler::engines
