// Manifests with planted mistakes: each is marked, "# expect: RULE", in the line where it
// must be found, and nothing else may be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "base/strings.h"
#include "lint/rules.h"
#include "lint/yaml_files.h"

namespace gpuscaler::lint {
namespace {

using testing::ContainerEq;
using testing::SizeIs;

constexpr std::string_view kMark = "# expect: ";

// "LINE: RULE" for each mark.
std::multiset<std::string> Planted(const std::string& text) {
  std::multiset<std::string> planted;
  std::istringstream stream(text);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const size_t mark = line.find(kMark);
    if (mark == std::string::npos) continue;
    std::istringstream rules(line.substr(mark + kMark.size()));
    for (std::string rule; std::getline(rules >> std::ws, rule, ',');) {
      planted.insert(base::StrCat(number, ": ", rule));
    }
  }
  return planted;
}

std::multiset<std::string> Found(const Result& result) {
  std::multiset<std::string> found;
  for (const Finding& finding : result.findings) {
    found.insert(base::StrCat(finding.line, ": ", finding.rule->id));
  }
  return found;
}

std::string Messages(const Result& result) {
  std::string text;
  for (const Finding& finding : result.findings) {
    base::StrAppend(&text, finding.line, ": ", finding.rule->id, ": ", finding.message, "\n");
  }
  return text;
}

TEST(Corpus, EveryPlantedMistakeIsFoundAndNothingElse) {
  const auto files = ReadFiles("tests/lint/corpus/bad", ".yaml");
  ASSERT_THAT(files, SizeIs(testing::Ge(10u)));
  for (const InputFile& file : files) {
    const std::multiset<std::string> planted = Planted(file.text);
    EXPECT_FALSE(planted.empty()) << file.path;
    const Result result = Lint({file});
    EXPECT_THAT(Found(result), ContainerEq(planted)) << file.path << "\n" << Messages(result);
  }
}

TEST(Corpus, EveryRuleHasAPlantedMistake) {
  std::set<std::string> found;
  for (const InputFile& file : ReadFiles("tests/lint/corpus/bad", ".yaml")) {
    for (const Finding& finding : Lint({file}).findings) found.emplace(finding.rule->id);
  }
  for (const RuleRow& row : Rules()) {
    EXPECT_TRUE(found.contains(std::string(row.id))) << row.id;
  }
}

TEST(Corpus, NothingIsFoundInWhatIsGood) {
  const auto files = ReadFiles("tests/lint/corpus/good", ".yaml");
  ASSERT_THAT(files, SizeIs(testing::Ge(4u)));
  for (const InputFile& file : files) {
    const Result result = Lint({file});
    EXPECT_EQ(Messages(result), "") << file.path;
    EXPECT_GT(result.objects, 0u) << file.path;
  }
}

// A message that does not say what is wrong costs the evening that lint is to save.
TEST(Corpus, MessagesSayWhatToDo) {
  for (const InputFile& file : ReadFiles("tests/lint/corpus/bad", ".yaml")) {
    for (const Finding& finding : Lint({file}).findings) {
      SCOPED_TRACE(base::StrCat(file.path, ":", finding.line, ": ", finding.message));
      EXPECT_GT(finding.message.size(), 30u);
      EXPECT_LT(finding.message.size(), 600u);
      EXPECT_EQ(finding.message.find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace gpuscaler::lint
