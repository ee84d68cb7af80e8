#include "web/http_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace gpuscaler::web {
namespace {

using testing::HasSubstr;

absl::StatusOr<HttpQuery> Parse(std::string_view text) {
  return HttpQuery::Parse(text, {"node", "limit", "after"});
}

TEST(HttpQuery, ReadsAndDecodesItsParameters) {
  for (const auto& [text, node] : {
           std::pair<std::string, std::string>{"node=node-1", "node-1"},
           {"limit=5&node=a", "a"},
           {"&&node=a&", "a"},
           {"node=a%2Fb%20c+d", "a/b c d"},
           {"n%6Fde=x", "x"},
           {"node=a=b", "a=b"},
           {"node=%C3%A9%e2%82%ac", "\xC3\xA9\xE2\x82\xAC"},
           {"node=", ""},
           {"node", ""},
       }) {
    const auto query = Parse(text);
    ASSERT_TRUE(query.ok()) << text << ": " << query.status();
    ASSERT_NE(query->Find("node"), nullptr) << text;
    EXPECT_EQ(query->Text("node"), node) << text;
  }
  EXPECT_EQ(Parse("")->Find("node"), nullptr);
  EXPECT_EQ(Parse("")->Text("node"), "");
}

TEST(HttpQuery, RefusesWhatItDoesNotKnowOrCannotRead) {
  for (const auto& [text, why] : {
           std::pair<std::string, std::string>{
               "limti=5", "unknown parameter \"limti\"; allowed are: node, limit, after"},
           {"=5", "unknown parameter \"\"; allowed are: node, limit, after"},
           {"node=a&node=b", "parameter \"node\" is given twice; once is allowed"},
           {"node=%4", "in \"%4\" a % is not followed by two hex digits"},
           {"node=%zz", "in \"%zz\" a % is not followed by two hex digits"},
           {"node=%", "in \"%\" a % is not followed by two hex digits"},
           {"node=%FF", "it must be UTF-8 without control characters"},
           {"node=a%00b", "it must be UTF-8 without control characters"},
           {"node=a%0Ab", "it must be UTF-8 without control characters"},
           {"node=%7f", "it must be UTF-8 without control characters"},
           {"node=" + std::string(513, 'x'), "node has 513 bytes; at most 512 are allowed"},
       }) {
    const auto query = Parse(text);
    ASSERT_FALSE(query.ok()) << text;
    EXPECT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(base::Message(query.status())), HasSubstr(why)) << text;
    EXPECT_LT(query.status().message().size(), 300u);
  }
  EXPECT_TRUE(Parse("node=" + std::string(512, 'x')).ok());
  EXPECT_THAT(std::string(base::Message(HttpQuery::Parse("a", {}).status())),
              HasSubstr("unknown parameter \"a\"; none is allowed"));
}

TEST(HttpQuery, CountsAreWholeNumbersWithinTheirBounds) {
  EXPECT_EQ(*Parse("")->Count("limit", 100, 1, 1000), 100u);
  EXPECT_EQ(*Parse("limit=1")->Count("limit", 100, 1, 1000), 1u);
  EXPECT_EQ(*Parse("limit=1000")->Count("limit", 100, 1, 1000), 1000u);
  for (const char* bad : {"0", "1001", "-1", "1.5", "", "1x", "%201", "99999999999999999999"}) {
    const auto count = Parse(base::StrCat("limit=", bad))->Count("limit", 100, 1, 1000);
    ASSERT_FALSE(count.ok()) << bad;
    EXPECT_THAT(std::string(base::Message(count.status())),
                HasSubstr("it must be a whole number from 1 to 1000"));
  }
}

}  // namespace
}  // namespace gpuscaler::web
