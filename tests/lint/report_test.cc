#include "lint/report.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

using testing::HasSubstr;

Result Example() {
  Result result;
  result.files = 2;
  result.objects = 1;
  result.triggers = 1;
  result.findings.push_back({"a,b:c%.yaml", 7, FindRule("two-replica-trap"), "100% is \"much\""});
  result.findings.push_back({"b\x1b[2J.yaml", 1, FindRule("no-maximum"), "none"});
  return result;
}

TEST(Report, TextIsALineEachAndACount) {
  EXPECT_EQ(TextReport(Example()),
            "a,b:c%.yaml:7: error: 100% is \"much\" [two-replica-trap]\n"
            "b\\u001b[2J.yaml:1: info: none [no-maximum]\n"
            "2 files, 1 ScaledObject, 1 trigger of this scaler: 1 error, 0 warnings, 1 info\n");
  Result none;
  none.files = 1;
  EXPECT_EQ(TextReport(none),
            "1 file, 0 ScaledObjects, 0 triggers of this scaler: nothing found\n");
}

TEST(Report, JsonIsReadByOthers) {
  google::protobuf::Struct read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonReport(Example()), &read).ok());
  EXPECT_EQ(read.fields().at("errors").number_value(), 1);
  EXPECT_EQ(read.fields().at("warnings").number_value(), 0);
  EXPECT_EQ(read.fields().at("unreadable").bool_value(), false);
  const auto& findings = read.fields().at("findings").list_value();
  ASSERT_EQ(findings.values_size(), 2);
  const auto& first = findings.values(0).struct_value().fields();
  EXPECT_EQ(first.at("file").string_value(), "a,b:c%.yaml");
  EXPECT_EQ(first.at("line").number_value(), 7);
  EXPECT_EQ(first.at("rule").string_value(), "two-replica-trap");
  EXPECT_EQ(first.at("severity").string_value(), "error");
  EXPECT_EQ(first.at("message").string_value(), "100% is \"much\"");
  google::protobuf::Struct none;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonReport({}), &none).ok());
  EXPECT_EQ(none.fields().at("findings").list_value().values_size(), 0);
}

TEST(Report, TellsEachFormatWhichFilesCouldNotBeRead) {
  Result result;
  result.unreadable = true;
  result.unread_files = {{"a,b.yaml", "a,b.yaml: cannot be read"}, {"c.yaml", "c.yaml: 100%"}};
  google::protobuf::Struct read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonReport(result), &read).ok());
  EXPECT_TRUE(read.fields().at("unreadable").bool_value());
  const auto& files = read.fields().at("unreadFiles").list_value();
  ASSERT_EQ(files.values_size(), 2);
  const auto& first = files.values(0).struct_value().fields();
  EXPECT_EQ(first.at("file").string_value(), "a,b.yaml");
  EXPECT_EQ(first.at("message").string_value(), "a,b.yaml: cannot be read");
  EXPECT_EQ(GithubReport(result),
            "::error file=a%2Cb.yaml,title=unreadable%3A a file that cannot be read::a,b.yaml: "
            "cannot be read\n"
            "::error file=c.yaml,title=unreadable%3A a file that cannot be read::c.yaml: 100%25\n");
}

TEST(Report, GithubGetsCommandsWhoseTextCannotBecomeOthers) {
  const std::string report = GithubReport(Example());
  EXPECT_THAT(report,
              HasSubstr("::error file=a%2Cb%3Ac%25.yaml,line=7,title=two-replica-trap%3A "));
  EXPECT_THAT(report, HasSubstr("::100%25 is \"much\"\n"));
  EXPECT_THAT(report, HasSubstr("\n::notice file="));
  EXPECT_EQ(GithubReport({}), "");
}

}  // namespace
}  // namespace gpuscaler::lint
