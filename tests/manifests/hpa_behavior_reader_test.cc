#include "manifests/hpa_behavior_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
  HpaBehavior behavior;
  std::vector<Problem> problems;
};

Read ReadTolerance(const std::string& text) {
  Problems problems;
  const YamlPointer root =
      ParseYaml(base::StrCat("scaleUp: {tolerance: ", text, "}\n"), 1, problems);
  Places places;
  Read read;
  read.behavior =
      ReadHpaBehavior(MapReader(root.get(), "behavior", places, problems), places, problems);
  read.problems = problems.Take();
  return read;
}

// KEDA's definition has int-or-string.
TEST(HpaBehaviorReader, AToleranceIsAQuantityInAStringOrAWholeNumber) {
  struct Row {
    const char* text;
    double tolerance;
  };
  for (const Row& row : {Row{"\"0.05\"", 0.05}, Row{"50m", 0.05}, Row{"'.5'", 0.5}, Row{"0", 0},
                         Row{"1", 1}, Row{"\"1\"", 1}, Row{"1.0", 1}, Row{"1e3", 1000}}) {
    const Read read = ReadTolerance(row.text);
    EXPECT_THAT(read.problems, IsEmpty()) << row.text;
    EXPECT_EQ(read.behavior.scale_up->tolerance, row.tolerance) << row.text;
  }
}

TEST(HpaBehaviorReader, AFractionOfAToleranceIsPutInQuotes) {
  for (const char* text : {"0.05", ".5", "+0.5", "5e-2", "1e30"}) {
    const Read read = ReadTolerance(text);
    EXPECT_THAT(
        read.problems,
        ElementsAre(testing::AllOf(
            testing::Field(&Problem::kind, ProblemKind::kNotText),
            testing::Field(&Problem::what, HasSubstr(base::StrCat("in quotes: \"", text, "\""))))))
        << text;
    EXPECT_TRUE(read.behavior.scale_up->tolerance) << "it is plain what is meant";
  }
}

TEST(HpaBehaviorReader, AToleranceIsNothingElse) {
  for (const char* text : {"5%", "1e2m", "\" 0.05\"", "\"\"", "-1", "-0.5", "\"-0.5\"", "little",
                           "true", ".inf", "[1]", "{a: 1}"}) {
    const Read read = ReadTolerance(text);
    EXPECT_THAT(read.problems,
                ElementsAre(testing::AllOf(
                    testing::Field(&Problem::kind, ProblemKind::kWrongValue),
                    testing::Field(&Problem::what, HasSubstr("; it must be a fraction in quotes, "
                                                             "\"0.05\", or a quantity like 50m")))))
        << text;
    EXPECT_FALSE(read.behavior.scale_up->tolerance) << text;
  }
}

}  // namespace
}  // namespace gpuscaler::manifests
