#include "lint/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lint/rules_page.h"

namespace gpuscaler::lint {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(Rules, HaveUniqueNamesAndSayWhatWhyAndWhatInstead) {
  std::set<std::string_view> ids;
  for (const RuleRow& row : Rules()) {
    SCOPED_TRACE(std::string(row.id));
    EXPECT_TRUE(ids.insert(row.id).second);
    EXPECT_THAT(std::string(row.id), MatchesRegex("[a-z]+(-[a-z]+)*"));
    EXPECT_GT(row.title.size(), 10u);
    EXPECT_NE(row.title.back(), '.');
    EXPECT_EQ(row.why.back(), '.');
    EXPECT_EQ(row.mend.back(), '.');
    EXPECT_FALSE(row.of_object != nullptr && row.of_trigger != nullptr);
    EXPECT_EQ(FindRule(row.id), &row);
  }
  EXPECT_EQ(FindRule("nothing"), nullptr);
}

TEST(Rules, OnesOfReadingAreInTheTable) {
  using manifests::ProblemKind;
  for (const auto& [kind, id] : {std::pair(ProblemKind::kUnreadable, "unreadable"),
                                 std::pair(ProblemKind::kTemplate, "helm-template"),
                                 std::pair(ProblemKind::kWrongValue, "wrong-value"),
                                 std::pair(ProblemKind::kNotText, "unquoted-value"),
                                 std::pair(ProblemKind::kUnknownField, "unknown-field")}) {
    EXPECT_EQ(RuleOf(kind).id, id);
  }
  EXPECT_EQ(UnknownRule().id, "unknown-rule");
}

TEST(Rules, AreAllOnThePageAndInTheList) {
  const std::string page = RulesPage();
  const std::string text = RulesText();
  for (const RuleRow& row : Rules()) {
    EXPECT_THAT(page, HasSubstr("\n### " + std::string(row.id) + "\n"));
    EXPECT_THAT(page, HasSubstr(std::string(row.mend)));
    EXPECT_THAT(text, HasSubstr(std::string(row.id)));
  }
}

}  // namespace
}  // namespace gpuscaler::lint
