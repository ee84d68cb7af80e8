#include "engines/exposition/labels.h"

#include <gtest/gtest.h>

namespace gpuscaler::engines {
namespace {

// The labels of `text`, which goes on after the closing brace.
Labels Take(std::string_view text) {
  std::string_view list;
  EXPECT_EQ(TakeLabels(&text, &list), "");
  EXPECT_EQ(text, " rest");
  return Labels(list);
}

TEST(Labels, AreFoundByName) {
  const Labels labels = Take(R"(model="llama",engine="1"} rest)");
  EXPECT_TRUE(labels.Find("model").Is("llama"));
  EXPECT_TRUE(labels.Find("engine").Is("1"));
  EXPECT_TRUE(labels.Find("mode").Is(""));
}

TEST(Labels, ThatAreNotThereAreEmpty) {
  EXPECT_TRUE(Take("} rest").Find("a").Is(""));
  EXPECT_TRUE(Take(R"(a=""} rest)").Find("a").Is(""));
}

TEST(Labels, MayHaveBlanksAndALastComma) {
  const Labels labels = Take(" a = \"1\" ,\tb=\"2\" , } rest");
  EXPECT_TRUE(labels.Find("a").Is("1"));
  EXPECT_TRUE(labels.Find("b").Is("2"));
}

TEST(Labels, UnescapeTheirValuesWhenAsked) {
  const Labels labels = Take(R"(a="C:\\DIR\n\"x\"\d",b="}"} rest)");
  EXPECT_EQ(labels.Find("a").Text(), "C:\\DIR\n\"x\"\\d");
  EXPECT_TRUE(labels.Find("a").Is("C:\\DIR\n\"x\"\\d"));
  EXPECT_FALSE(labels.Find("a").Is("C:\\DIR\n\"y\"\\d"));
  EXPECT_FALSE(labels.Find("a").Is("C:\\DIR\n\"x\"\\"));
  EXPECT_FALSE(labels.Find("a").Is("C:\\DIR\n\"x\"\\dd"));
  EXPECT_TRUE(labels.Find("b").Is("}"));
}

TEST(Labels, MayHaveQuotedNames) {
  const Labels labels = Take(R"("my.label"="1","wei\"rd"="2"} rest)");
  EXPECT_TRUE(labels.Find("my.label").Is("1"));
  EXPECT_TRUE(labels.Find("wei\"rd").Is("2"));
}

TEST(Labels, AreReadInTheirOrder) {
  LabelCursor cursor(Take(R"(b="1",a="2"} rest)"));
  EXPECT_EQ(cursor.Next()->name.Text(), "b");
  EXPECT_EQ(cursor.Next()->value.Text(), "2");
  EXPECT_FALSE(cursor.Next().has_value());
}

TEST(Labels, ThatAreMalformedSayWhatIsWrong) {
  const struct {
    std::string_view text, problem;
  } rows[] = {
      {"", "a label has no name"},
      {"=\"1\"}", "a label has no name"},
      {"1a=\"1\"}", "a label has no name"},
      {"a:b=\"1\"}", "a label has no = after its name"},
      {"a\"1\"}", "a label has no = after its name"},
      {"a=1}", "a label's value is not quoted"},
      {"a=\"1", "a label's value does not end"},
      {"a=\"1\\\"}", "a label's value does not end"},
      {"a=\"1\"", "the labels do not end"},
      {"a=\"1\" b=\"2\"}", "between labels there is no comma"},
      {"a=\"1\",,}", "a label has no name"},
      {"\"a}", "a quoted name does not end"},
  };
  for (const auto& row : rows) {
    std::string_view text = row.text;
    std::string_view list;
    EXPECT_EQ(TakeLabels(&text, &list), row.problem) << row.text;
  }
}

}  // namespace
}  // namespace gpuscaler::engines
