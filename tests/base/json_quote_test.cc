#include "base/json_quote.h"

#include <gtest/gtest.h>

#include <string>

namespace gpuscaler::base {
namespace {

constexpr char kReplaced[] = "\xEF\xBF\xBD";  // U+FFFD

TEST(JsonQuote, LeavesPlainTextAlone) {
  EXPECT_EQ(JsonQuote("NVIDIA H100 80GB HBM3"), "\"NVIDIA H100 80GB HBM3\"");
  EXPECT_EQ(JsonQuote(""), "\"\"");
}

TEST(JsonQuote, EscapesWhatJsonDoesNotAllow) {
  EXPECT_EQ(JsonQuote("a\"b"), R"("a\"b")");
  EXPECT_EQ(JsonQuote("a\\b"), R"("a\\b")");
  EXPECT_EQ(JsonQuote("\n\r\t"), R"("\u000a\u000d\u0009")");
  EXPECT_EQ(JsonQuote(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(JsonQuote("\x1F\x7F"), R"("\u001f\u007f")");
}

TEST(JsonQuote, KeepsWellFormedUtf8) {
  for (const char* text : {"é", "€", "😀", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(JsonQuote(text), "\"" + std::string(text) + "\"");
  }
}

TEST(JsonQuote, ReplacesEachByteThatIsNotUtf8) {
  const struct {
    const char* text;
    int replaced;
  } rows[] = {{"\x80", 1},              // a continuation alone
              {"\xFF", 1},              // never a byte of UTF-8
              {"\xC0\xAF", 2},          // '/' in two bytes: overlong
              {"\xC1\xBF", 2},          //
              {"\xE0\x9F\xBF", 3},      // overlong in three
              {"\xED\xA0\x80", 3},      // a surrogate
              {"\xF0\x8F\xBF\xBF", 4},  // overlong in four
              {"\xF4\x90\x80\x80", 4},  // beyond U+10FFFF
              {"\xF5\x80\x80\x80", 4},  //
              {"\xE2\x82", 2},          // cut short at the end
              {"\xF0\x9F\x98", 3}};
  for (const auto& row : rows) {
    std::string expected = "\"";
    for (int i = 0; i < row.replaced; ++i) expected += kReplaced;
    EXPECT_EQ(JsonQuote(row.text), expected + "\"");
  }
}

TEST(JsonQuote, GoesOnAfterABadByte) {
  EXPECT_EQ(JsonQuote("a\xE2\x82z€"), std::string("\"a") + kReplaced + kReplaced + "z€\"");
}

TEST(QuotedStart, CutsLongTextAndMakesItPrintable) {
  EXPECT_EQ(QuotedStart("80%"), "\"80%\"");
  EXPECT_EQ(QuotedStart("a\nb"), "\"a\\u000ab\"");
  EXPECT_EQ(QuotedStart("\xff"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(QuotedStart(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
  EXPECT_EQ(QuotedStart(std::string(65, 'x')), "\"" + std::string(64, 'x') + "\"... (65 bytes)");
}

TEST(QuotedStart, DoesNotCutWithinACharacter) {
  // 63 letters and then a euro sign of three bytes.
  const std::string text = std::string(63, 'x') + "\xE2\x82\xAC" + std::string(63, 'y');
  EXPECT_EQ(QuotedStart(text), "\"" + std::string(63, 'x') + "\"... (129 bytes)");
}

}  // namespace
}  // namespace gpuscaler::base
