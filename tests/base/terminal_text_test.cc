#include "base/terminal_text.h"

#include <gtest/gtest.h>

namespace gpuscaler::base {
namespace {

TEST(TerminalText, KeepsWhatTerminalsShow) {
  EXPECT_EQ(TerminalText(""), "");
  EXPECT_EQ(TerminalText("C:\\gpu \"80GB\" é€😀\xC2\xA0"), "C:\\gpu \"80GB\" é€😀\xC2\xA0");
}

TEST(TerminalText, EscapesWhatTerminalsObey) {
  EXPECT_EQ(TerminalText("\x1B[2Ja\n\x7F"), "\\u001b[2Ja\\u000a\\u007f");
  EXPECT_EQ(TerminalText(std::string_view("\0a", 2)), "\\u0000a");
  EXPECT_EQ(TerminalText("\xC2\x9B"
                         "2J"),
            "\\u009b2J")
      << "the same as ESC [";
}

TEST(TerminalText, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(TerminalText("a\x9B\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(TerminalText, IsCutBetweenCharacters) {
  EXPECT_EQ(TerminalText("aé€", 6), "aé€");
  EXPECT_EQ(TerminalText("aé€", 5), "aé");
  EXPECT_EQ(TerminalText("aé€", 2), "a");
  EXPECT_EQ(TerminalText("\n\n", 1), "\\u000a") << "of what is given, not of what it becomes";
  EXPECT_EQ(TerminalText("a", 0), "");
}

}  // namespace
}  // namespace gpuscaler::base
