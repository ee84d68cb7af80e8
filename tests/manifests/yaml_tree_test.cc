#include "manifests/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Parsed {
  YamlPointer root;
  std::vector<Problem> problems;
};

Parsed Parse(const std::string& text, int first_line = 1) {
  Problems problems;
  Parsed parsed;
  parsed.root = ParseYaml(text, first_line, problems);
  parsed.problems = problems.Take();
  return parsed;
}

const YamlEntry* Find(const YamlNode& map, std::string_view key) {
  for (const YamlEntry& entry : map.entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

void ExpectRefused(const std::string& text, int line, const std::string& what) {
  SCOPED_TRACE(text.substr(0, 200));
  const Parsed parsed = Parse(text);
  EXPECT_EQ(parsed.root, nullptr);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].kind, ProblemKind::kUnreadable);
  EXPECT_EQ(parsed.problems[0].line, line);
  EXPECT_THAT(parsed.problems[0].what, HasSubstr(what));
}

TEST(ParseYaml, KnowsWhereKeysAndValuesStandAndWhatIsQuoted) {
  const Parsed parsed =
      Parse("---\n# a comment\nname: llm\ntarget: \"80\"\nlist:\n  - 1\n  - {a: b}\n", 10);
  EXPECT_THAT(parsed.problems, IsEmpty());
  ASSERT_NE(parsed.root, nullptr);
  ASSERT_EQ(parsed.root->kind, YamlKind::kMap);
  const YamlEntry* name = Find(*parsed.root, "name");
  EXPECT_EQ(name->line, 12);
  EXPECT_EQ(name->value->text, "llm");
  EXPECT_TRUE(name->value->plain);
  EXPECT_FALSE(Find(*parsed.root, "target")->value->plain);
  const YamlNode& list = *Find(*parsed.root, "list")->value;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0]->line, 15);
  EXPECT_EQ(list.items[1]->line, 16);
  EXPECT_EQ(Find(*list.items[1], "a")->value->text, "b");
}

TEST(ParseYaml, NothingIsNoProblem) {
  for (const std::string text : {"", "# only a comment\n", "---\n"}) {
    const Parsed parsed = Parse(text);
    EXPECT_THAT(parsed.problems, IsEmpty()) << text;
    EXPECT_TRUE(parsed.root == nullptr || parsed.root->kind == YamlKind::kNull) << text;
  }
}

TEST(ParseYaml, AnAliasIsWhatItsAnchorStandsForAndMergeKeysFillIn) {
  const Parsed parsed = Parse(
      "base: &base {a: 1, b: 2}\nmore: &more {b: 5, c: 6}\nsame: *base\n"
      "one:\n  <<: *base\n  b: 3\nboth:\n  <<: [*base, *more]\n");
  EXPECT_THAT(parsed.problems, IsEmpty());
  ASSERT_NE(parsed.root, nullptr);
  EXPECT_EQ(Find(*Find(*parsed.root, "same")->value, "a")->value->text, "1");
  const YamlNode& one = *Find(*parsed.root, "one")->value;
  EXPECT_EQ(one.entries.size(), 2u);
  EXPECT_EQ(Find(one, "a")->value->text, "1");
  EXPECT_EQ(Find(one, "b")->value->text, "3") << "its own key counts";
  const YamlNode& both = *Find(*parsed.root, "both")->value;
  EXPECT_EQ(Find(both, "b")->value->text, "2") << "the first of several counts";
  EXPECT_EQ(Find(both, "c")->value->text, "6");
}

TEST(ParseYaml, AKeyThatIsThereTwiceIsAProblemAndTheFirstCounts) {
  const Parsed parsed = Parse("a: 1\nb: 2\na: 3\n");
  ASSERT_NE(parsed.root, nullptr);
  EXPECT_EQ(Find(*parsed.root, "a")->value->text, "1");
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].kind, ProblemKind::kWrongValue);
  EXPECT_EQ(parsed.problems[0].line, 3);
  EXPECT_THAT(parsed.problems[0].what, HasSubstr("key \"a\" is there twice"));
}

TEST(ParseYaml, WhatIsNoYamlIsRefusedWithItsLine) {
  ExpectRefused("a: 1\nb: [1, 2\nc: 3\n", 3, "no YAML, ");
  ExpectRefused("a: 1\n  b: 2\n", 2, "no YAML, ");
  ExpectRefused("a: *nobody\n", 1, "no YAML, ");
  ExpectRefused("a: &a [*a]\n", 1, "an alias within its own anchor");
  ExpectRefused("a: 1\n{b: 2}: 3\n", 2, "");
  ExpectRefused("{{ include \"x\" . }}: 3\n", 1, "no YAML, ");
}

TEST(ParseYaml, DeepNestingIsRefusedHoweverItIsWritten) {
  for (const std::string opening : {"[", "{a: ", "- ", "? ", "- a: ", "[{"}) {
    std::string text;
    for (int i = 0; i < 50000; ++i) text += opening;
    const Parsed parsed = Parse(text);
    EXPECT_EQ(parsed.root, nullptr) << opening;
    EXPECT_THAT(parsed.problems, testing::SizeIs(1)) << opening;
  }
}

TEST(ParseYaml, DeepEnoughForWhatPeopleWrite) {
  std::string text;
  for (size_t i = 0; i < kDeepestYaml; ++i) text += "[";
  text += std::string(kDeepestYaml, ']');
  EXPECT_THAT(Parse(text).problems, IsEmpty());
  ExpectRefused("[" + text + "]", 1, "more than 64 lists and maps");
}

// Nine lines that stand for a billion entries.
TEST(ParseYaml, AliasesWithinAliasesCostWhatTheirTextCosts) {
  std::string lists = "l0: &l0 [x]\n";
  std::string maps = "m0: &m0 {k0: x}\n";
  for (int i = 1; i < 30; ++i) {
    base::StrAppend(&lists, "l", i, ": &l", i, " [*l", i - 1, ", *l", i - 1, "]\n");
    base::StrAppend(&maps, "m", i, ": &m", i, " {k", i, ": x, <<: [*m", i - 1, ", *m", i - 1,
                    "]}\n");
  }
  EXPECT_THAT(Parse(lists).problems, IsEmpty());
  const Parsed merged = Parse(maps);
  EXPECT_THAT(merged.problems, IsEmpty());
  EXPECT_EQ(Find(*merged.root, "m29")->value->entries.size(), 30u);
  // Many large maps into many maps.
  std::string wide = "a: &a {";
  for (int i = 0; i < 1000; ++i) base::StrAppend(&wide, "k", i, ": x, ");
  wide += "}\n";
  for (int i = 0; i < 1000; ++i) base::StrAppend(&wide, "m", i, ": {<<: *a}\n");
  ExpectRefused(wide, 1, "merge keys (<<) bring more than 10000 entries");
}

}  // namespace
}  // namespace gpuscaler::manifests
