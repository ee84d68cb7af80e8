#include "base/utf8.h"

#include <gtest/gtest.h>

namespace gpuscaler::base {
namespace {

TEST(Utf8Length, IsZeroForWhatIsNotUtf8) {
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("é!"), 2u);
  EXPECT_EQ(Utf8Length("€!"), 3u);
  EXPECT_EQ(Utf8Length("😀!"), 4u);
  EXPECT_EQ(Utf8Length("\xC3"), 0u);
  EXPECT_EQ(Utf8Length("\x80z"), 0u);
}

TEST(ToUtf8, ReplacesEachBadByteAndKeepsTheRest) {
  EXPECT_EQ(ToUtf8(""), "");
  EXPECT_EQ(ToUtf8("NVIDIA H100 \"80GB\"\n"), "NVIDIA H100 \"80GB\"\n");
  EXPECT_EQ(ToUtf8("a\xFF"
                   "é\xC3"),
            "a\xEF\xBF\xBDé\xEF\xBF\xBD");
}

}  // namespace
}  // namespace gpuscaler::base
