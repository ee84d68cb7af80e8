#include "engines/exposition/series_selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engines/exposition/series_expression.h"

namespace gpuscaler::engines {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

bool Selects(std::string_view selector, std::string_view labels) {
  const auto parsed = SeriesSelector::Parse(selector);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() && parsed->Selects(Labels(labels));
}

TEST(SeriesSelector, NamesASeries) {
  const auto selector = SeriesSelector::Parse(" vllm:num_requests_waiting ");
  ASSERT_TRUE(selector.ok()) << selector.status();
  EXPECT_EQ(selector->name(), "vllm:num_requests_waiting");
  EXPECT_TRUE(selector->Selects(Labels()));
  EXPECT_TRUE(selector->Selects(Labels(R"(a="b")")));
  EXPECT_EQ(SeriesSelector::Parse(R"({"my.name", a="b"})")->name(), "my.name");
  EXPECT_EQ(SeriesSelector::Parse("a{}")->name(), "a");
  EXPECT_EQ(SeriesSelector::Parse(R"(a{b="c"})")->text(), R"(a{b="c"})");
}

TEST(SeriesSelector, SelectsByLabels) {
  EXPECT_TRUE(Selects(R"(a{b="c"})", R"(x="y",b="c")"));
  EXPECT_FALSE(Selects(R"(a{b="c"})", R"(b="d")"));
  EXPECT_FALSE(Selects(R"(a{b="c"})", ""));
  EXPECT_TRUE(Selects(R"(a{b!="c"})", R"(b="d")"));
  EXPECT_TRUE(Selects(R"(a{b!="c"})", ""));
  EXPECT_FALSE(Selects(R"(a{b!="c"})", R"(b="c")"));
  // All of them.
  EXPECT_TRUE(Selects(R"(a{b="c", d!="e",})", R"(b="c",d="f")"));
  EXPECT_FALSE(Selects(R"(a{b="c", d!="e"})", R"(b="c",d="e")"));
  // No label is an empty one.
  EXPECT_TRUE(Selects(R"(a{b=""})", R"(c="d")"));
  EXPECT_TRUE(Selects(R"(a{b=""})", R"(b="")"));
  EXPECT_FALSE(Selects(R"(a{b!=""})", R"(c="d")"));
  // Escapes and quoted names, on both sides.
  EXPECT_TRUE(Selects(R"(a{"b.c"="x\"\n\\"})", R"("b.c"="x\"\n\\")"));
}

TEST(SeriesSelector, ReadsListsOfValuesAsRegularExpressions) {
  EXPECT_TRUE(Selects(R"(a{b=~"c|d"})", R"(b="d")"));
  EXPECT_FALSE(Selects(R"(a{b=~"c|d"})", R"(b="cd")"));
  EXPECT_FALSE(Selects(R"(a{b!~"c|d"})", R"(b="c")"));
  EXPECT_TRUE(Selects(R"(a{b!~"c|d"})", R"(b="e")"));
  EXPECT_TRUE(Selects(R"(a{b=~"c|"})", ""));
  EXPECT_TRUE(Selects(R"(a{b=~"llama-3\\.1-8b|x"})", R"(b="llama-3.1-8b")"));
  EXPECT_FALSE(Selects(R"(a{b=~"llama-3\\.1-8b|x"})", R"(b="llama-3x1-8b")"));
}

TEST(SeriesSelector, ThatIsMalformedSaysWhereAndWhat) {
  const struct {
    std::string_view text, problem;
  } rows[] = {
      {"", "column 1: no series is named; write NAME or NAME{LABEL=\"VALUE\"}"},
      {"{}", "column 3: no series is named"},
      {"{a=\"b\"}", "column 8: no series is named"},
      {"9a", "column 1: a name does not begin with a digit"},
      {"a b", "column 3: after the selector there is more"},
      {"a.b", "column 2: after the selector there is more"},
      {"a{b=\"c\"} > 3", "column 10: after the selector there is more"},
      {"a[5m]", "column 2: there is no range here"},
      {"a{", "column 3: a label has no name"},
      {"a{9=\"b\"}", "column 3: a label has no name"},
      {"a{b}", "column 4: after a label's name there is =, !=, =~ or !~"},
      {"a{b==\"c\"}", "column 5: a label's value is in quotes"},
      {"a{b=c}", "column 5: a label's value is in quotes"},
      {"a{b='c'}", "column 5: a label's value is in quotes"},
      {"a{b=\"c}", "column 5: a value does not end"},
      {"a{b=\"c\"", "column 8: the labels do not end; close them with }"},
      {"a{b=\"c\" d=\"e\"}", "column 9: between labels there is a comma"},
      {"a{b=~\"c.*\"}", "column 6: of regular expressions only VALUE|VALUE is read"},
      {"a{b=~\"\\\\d\"}", "column 6: of regular expressions only VALUE|VALUE is read"},
      {"a{b=~\"c\\\\\"}", "column 6: of regular expressions only VALUE|VALUE is read"},
      {"a{\"b\"}", "column 6: a second name"},
      {"{\"b}", "column 2: a quoted name does not end"},
  };
  for (const auto& row : rows) {
    const auto selector = SeriesSelector::Parse(row.text);
    ASSERT_FALSE(selector.ok()) << row.text;
    EXPECT_EQ(selector.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(base::Message(selector.status())), StartsWith(row.problem)) << row.text;
  }
}

TEST(SeriesSelector, IsOfBoundedSize) {
  EXPECT_THAT(std::string(base::Message(SeriesSelector::Parse(std::string(4097, 'a')).status())),
              HasSubstr("4097 bytes; allowed are 4096"));
  std::string labels = "a{";
  for (int i = 0; i < 33; ++i) labels += "b=\"c\",";
  EXPECT_THAT(std::string(base::Message(SeriesSelector::Parse(labels + "}").status())),
              HasSubstr("more than 32 labels"));
  const std::string values = "a{b=~\"" + std::string(255, '|');
  EXPECT_TRUE(SeriesSelector::Parse(values + "\"}").ok());
  EXPECT_THAT(std::string(base::Message(SeriesSelector::Parse(values + "|\"}").status())),
              HasSubstr("column 6: more than 256 values of a label"));
}

TEST(SeriesSelector, KnowsWhatItTakes) {
  const size_t plain = SeriesSelector::Parse("a{b=\"c\"}")->owned_bytes();
  const size_t list = SeriesSelector::Parse("a{b=~\"c|c\"}")->owned_bytes();
  EXPECT_GE(plain, sizeof("a{b=\"c\"}") + sizeof(std::string));
  EXPECT_GE(list, plain + sizeof(std::string));
}

TEST(SeriesExpression, IsASelectorOrARate) {
  const auto plain = ParseSeriesExpression("a{b=\"rate(x)\"}");
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_FALSE(plain->rate);
  const auto rate = ParseSeriesExpression(R"( rate( a{b="c"} ) )");
  ASSERT_TRUE(rate.ok()) << rate.status();
  EXPECT_TRUE(rate->rate);
  EXPECT_EQ(rate->selector.text(), R"(a{b="c"})");
}

TEST(SeriesExpression, OfAnotherFunctionSaysWhatIsAllowed) {
  const struct {
    std::string_view text, problem;
  } rows[] = {
      {"sum(a)", "column 1: \"sum\" is no function; allowed are SERIES and rate(SERIES)"},
      {"sum(rate(a))", "column 1: \"sum\" is no function"},
      {"rate(a", "column 7: rate( is not closed"},
      {"rate(a[1m])", "column 2: there is no range here"},
      {"rate()", "column 1: no series is named"},
      {"rate(a) > 0", "column 12: rate( is not closed"},
      {"(a)", "column 1: no series is named"},
      {"rate", ""},
  };
  for (const auto& row : rows) {
    const auto expression = ParseSeriesExpression(row.text);
    if (row.problem.empty()) {
      EXPECT_TRUE(expression.ok()) << row.text;
      continue;
    }
    ASSERT_FALSE(expression.ok()) << row.text;
    EXPECT_THAT(std::string(base::Message(expression.status())), StartsWith(row.problem));
  }
}

}  // namespace
}  // namespace gpuscaler::engines
