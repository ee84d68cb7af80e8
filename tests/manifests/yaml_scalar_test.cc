#include "manifests/yaml_scalar.h"

#include <gtest/gtest.h>

namespace gpuscaler::manifests {
namespace {

YamlNode Plain(std::string text) {
  YamlNode node;
  node.kind = YamlKind::kScalar;
  node.plain = true;
  node.text = std::move(text);
  return node;
}

// As kubectl and the API server read them.
TEST(YamlScalar, NumbersBooleansAndNothingAreNoText) {
  for (const char* text :
       {"5",     "-5",   "+5",   ".5",    "1e3",   "1_000", "0x1f", "0X1F", "0o17",
        "0b101", "017",  "-0b1", "+0x1f", "+.inf", "TRUE",  "NULL", ".inf", "-.Inf",
        ".nan",  "true", "Yes",  "off",   "n",     "~",     "null", ""}) {
    EXPECT_TRUE(IsOtherThanText(Plain(text))) << text;
    YamlNode quoted = Plain(text);
    quoted.plain = false;
    EXPECT_FALSE(IsOtherThanText(quoted)) << text;
  }
  for (const char* text :
       {"five", "5m", "30s", "1.2.3", "0x", "0xg", "0o8", "0b2", "_", "inf", "nan", "tRuE", "yEs",
        "nuLL", "_1", "1e400", "yesterday", "http://a:80"}) {
    EXPECT_FALSE(IsOtherThanText(Plain(text))) << text;
  }
}

TEST(YamlScalar, BooleansAreThoseOfYaml11) {
  EXPECT_EQ(BooleanOf(Plain("True")), true);
  EXPECT_EQ(BooleanOf(Plain("on")), true);
  EXPECT_EQ(BooleanOf(Plain("no")), false);
  EXPECT_EQ(BooleanOf(Plain("maybe")), std::nullopt);
  EXPECT_EQ(BooleanOf(YamlNode()), std::nullopt);
  YamlNode quoted = Plain("true");
  quoted.plain = false;
  EXPECT_EQ(BooleanOf(quoted), std::nullopt);
}

}  // namespace
}  // namespace gpuscaler::manifests
