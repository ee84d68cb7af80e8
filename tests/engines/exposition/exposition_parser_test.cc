#include "engines/exposition/exposition_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engines/exposition/recorder.h"

namespace gpuscaler::engines {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string Message(const absl::Status& status) {
  return std::string(base::Message(status));
}

TEST(ExpositionParser, HandsOutEachSample) {
  Recorder all;
  EXPECT_EQ(Parse("# HELP a What a is, in \\n two lines.\n"
                  "# TYPE a gauge\n"
                  "a 1\n"
                  "\n"
                  "a{b=\"c\",d=\"e\\n\"} 2.5 1700000000500\n"
                  "# a comment\n"
                  "#\n"
                  "  vllm:x{} +Inf\r\n"
                  "\r\n"
                  "{\"my.na\\\"me\",b=\"c\"} 3\n",
                  all),
            absl::OkStatus());
  EXPECT_THAT(all.samples, ElementsAre("a|1", "a|b=c|d=e\n|2.5@1700000000.500", "vllm:x|inf",
                                       "my.na\"me|b=c|3"));
}

TEST(ExpositionParser, ReadsOpenMetrics) {
  Recorder all;
  EXPECT_EQ(Parse("# TYPE foo counter\n"
                  "# UNIT foo_seconds seconds\n"
                  "foo_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"x\"} 0.5\n"
                  "foo_created{a=\"b\"} 1520872607.123\n"
                  "# EOF\n",
                  all, ExpositionFormat::kOpenMetrics),
            absl::OkStatus());
  EXPECT_THAT(all.samples,
              ElementsAre("foo_total|a=b|17@1520879607.789", "foo_created|a=b|1520872607.1229999"));
}

TEST(ExpositionFormat, IsTheContentTypes) {
  EXPECT_EQ(FormatOf("application/openmetrics-text; version=1.0.0; charset=utf-8"),
            ExpositionFormat::kOpenMetrics);
  EXPECT_EQ(FormatOf("Application/OpenMetrics-Text"), ExpositionFormat::kOpenMetrics);
  EXPECT_EQ(FormatOf("text/plain; version=0.0.4; charset=utf-8"), ExpositionFormat::kText);
  EXPECT_EQ(FormatOf(""), ExpositionFormat::kText);
}

TEST(ExpositionParser, OpenMetricsWithoutItsEndIsCutOff) {
  Recorder all;
  const absl::Status status = Parse("a 1\nb 2\n", all, ExpositionFormat::kOpenMetrics);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Message(status), "line 3: the exposition is cut off here: # EOF is missing");
  EXPECT_EQ(Parse("a 1\n# EOF", all, ExpositionFormat::kOpenMetrics), absl::OkStatus());
  EXPECT_EQ(Parse("a 1\n# EOF\n\n", all, ExpositionFormat::kOpenMetrics), absl::OkStatus());
}

TEST(ExpositionParser, NothingComesAfterTheEndOfOpenMetrics) {
  Recorder all;
  const absl::Status status = Parse("a 1\n# EOF\na 2\n", all, ExpositionFormat::kOpenMetrics);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(status), "line 3: it comes after # EOF: \"a 2\"");
  // To the text format it is a comment.
  EXPECT_EQ(Parse("a 1\n# EOF\na 2\n", all), absl::OkStatus());
}

TEST(ExpositionParser, ALastLineThatDoesNotEndIsNoSample) {
  Recorder all;
  const absl::Status status = Parse("a 1\na{b=\"c\"} 12", all);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Message(status), R"(line 2: the exposition is cut off here: "a{b=\"c\"} 12")");
  EXPECT_THAT(all.samples, ElementsAre("a|1"));
  EXPECT_EQ(Parse("a 12", all).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Parse("# TYPE a", all).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Parse("a 1\n  ", all), absl::OkStatus());
}

TEST(ExpositionParser, AnEmptyTextHasNoSeries) {
  Recorder all;
  EXPECT_EQ(Parse("", all), absl::OkStatus());
  EXPECT_EQ(Parse("\n \n\r\n", all), absl::OkStatus());
  EXPECT_THAT(all.samples, IsEmpty());
}

TEST(ExpositionParser, MalformedLinesThatNobodyWantsAreSkipped) {
  Recorder some({"wanted"});
  ExpositionParser parser(ExpositionFormat::kText, some);
  EXPECT_EQ(parser.Feed("strange-name 1\n"
                        "# TYPE other gauge\n"
                        "<b>\n"
                        "other{b=\"c} d e f\n"
                        "wanted 5\n"),
            absl::OkStatus());
  EXPECT_EQ(parser.Finish(), absl::OkStatus());
  EXPECT_THAT(some.samples, ElementsAre("wanted|5"));
}

TEST(ExpositionParser, AMalformedLineOfAWantedNameIsAnError) {
  Recorder some({"wanted"});
  const absl::Status status = Parse("other x\nwanted{b=\"c\"} 1x\nwanted 5\n", some);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(status), R"(line 2: the value is no number: "wanted{b=\"c\"} 1x")");
  EXPECT_THAT(some.samples, IsEmpty());
}

TEST(ExpositionParser, WhatIsNoExpositionIsAnError) {
  for (const std::string text : {
           "<!DOCTYPE html>\n<html><body>Not Found</body></html>\n",
           "<!DOCTYPE html>",
           "404 page not found\n",
           "Unauthorized\n",
           "Unauthorized",
           "Not found here\n",
           "[{\"iter\": 1, \"numQueuedRequests\": 3}]",
           "{\"detail\": \"Not Found\"}",
           "# a comment alone is none\nno exposition\n",
       }) {
    Recorder some({"wanted"});
    const absl::Status status = Parse(text, some);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(status), StartsWith("this is no exposition of metrics: line ")) << text;
  }
}

TEST(ExpositionParser, AnEndlessPageIsGivenUpSoon) {
  Recorder some({"wanted"});
  ExpositionParser parser(ExpositionFormat::kText, some);
  size_t fed = 0;
  while (fed < 1000 && parser.Feed("<p>\n").ok()) ++fed;
  EXPECT_EQ(fed, ExpositionParser::kHopeless - 1);
  EXPECT_THAT(Message(parser.Finish()), HasSubstr("line 1: it begins with no series name"));
}

TEST(ExpositionParser, ExcerptsAreShortAndPrintable) {
  Recorder some({"wanted"});
  const absl::Status status = Parse("wanted \x1b[31m\xff" + std::string(5000, 'x') + "\n", some);
  EXPECT_LT(status.message().size(), 200U);
  EXPECT_THAT(Message(status), HasSubstr("\\u001b[31m\xEF\xBF\xBD"));
  EXPECT_THAT(Message(status), HasSubstr("(5013 bytes)"));
}

TEST(ExpositionParser, ALineIsAtMostSoLong) {
  const std::string longest =
      "b{c=\"" + std::string(ExpositionParser::kLongestLine - 9, 'x') + "\"} ";
  Recorder all;
  EXPECT_EQ(Parse("a 1\n" + longest + "1\n", all), absl::OkStatus());
  for (const std::string& text : {"a 1\n" + longest + "12\n", "a 1\n" + longest + "12"}) {
    const absl::Status status = Parse(text, all);
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(Message(status), "line 2, a sample of \"b\", is longer than 65536 bytes");
  }
}

// In one piece, and in chunks of 1,000 bytes.
std::vector<std::string> SamplesOf(std::string_view text, absl::Status expected) {
  Recorder whole({"wanted"});
  EXPECT_EQ(Parse(text, whole), expected);
  Recorder chunks({"wanted"});
  ExpositionParser parser(ExpositionFormat::kText, chunks);
  for (size_t i = 0; i < text.size(); i += 1000) (void)parser.Feed(text.substr(i, 1000));
  EXPECT_EQ(parser.Finish(), expected);
  EXPECT_EQ(whole.samples, chunks.samples);
  return whole.samples;
}

TEST(ExpositionParser, ALongerLineThatNobodyWantsIsSkipped) {
  const std::string x(200'000, 'x');
  for (const std::string& line :
       {"other{b=\"" + x + "\"} 3", "# HELP other " + x, x + " 3", "{\"" + x + "\"} 3"}) {
    EXPECT_THAT(SamplesOf("wanted 1\n" + line + "\nwanted 2\n", absl::OkStatus()),
                ElementsAre("wanted|1", "wanted|2"));
    EXPECT_THAT(SamplesOf(line + "\nwanted 2\n", absl::OkStatus()), ElementsAre("wanted|2"));
  }
  EXPECT_THAT(SamplesOf("wanted 1\nother{b=\"" + x + "\"} 3\nwanted x\n",
                        absl::InvalidArgumentError("line 3: the value is no number: \"wanted x\"")),
              ElementsAre("wanted|1"));
}

TEST(ExpositionParser, ALongerLineThatDoesNotEndIsCutOff) {
  const std::string line = "other{b=\"" + std::string(200'000, 'x');
  SamplesOf("wanted 1\n" + line,
            absl::DataLossError("line 2: the exposition is cut off here: \"other{b=\\\"" +
                                std::string(55, 'x') + "\""));
}

TEST(ExpositionParser, LongerLinesAloneAreNoExposition) {
  const std::string html = "<html>" + std::string(200'000, 'x');
  SamplesOf(html, absl::InvalidArgumentError(
                      "this is no exposition of metrics: line 1: it begins with no series name: "
                      "\"<html>" +
                      std::string(58, 'x') + "\""));
  SamplesOf("Sorry, " + html + "\n",
            absl::InvalidArgumentError(
                "this is no exposition of metrics: line 1: it begins with no series name: "
                "\"Sorry, <html>" +
                std::string(51, 'x') + "\""));
  SamplesOf("Sorry " + html + "\n",
            absl::InvalidArgumentError(
                "this is no exposition of metrics: line 1: it is longer than 65536 bytes: "
                "\"Sorry <html>" +
                std::string(52, 'x') + "\""));
}

TEST(ExpositionParser, AnErrorStays) {
  Recorder all;
  ExpositionParser parser(ExpositionFormat::kText, all);
  const absl::Status error = parser.Feed("a x\n");
  EXPECT_FALSE(error.ok());
  EXPECT_EQ(parser.Feed("a 1\n"), error);
  EXPECT_EQ(parser.Finish(), error);
  EXPECT_THAT(all.samples, IsEmpty());
}

TEST(ExpositionParser, AsksOfEachNameAndReadsNoFurtherWhereNobodyWantsIt) {
  Recorder some({"wanted"});
  EXPECT_EQ(Parse("# TYPE a gauge\na x\nb{\nwanted 1\n", some), absl::OkStatus());
  EXPECT_THAT(some.asked, ElementsAre("a", "b", "wanted"));
}

}  // namespace
}  // namespace gpuscaler::engines
