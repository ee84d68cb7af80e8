#include "cli/roff.h"

#include <gtest/gtest.h>

namespace gpuscaler::cli {
namespace {

TEST(Roff, ShowsWhatIsWritten) {
  EXPECT_EQ(Roff("port 6000"), "port 6000");
  EXPECT_EQ(Roff("--port"), "\\-\\-port");
  EXPECT_EQ(Roff("a\\b"), "a\\eb");
  EXPECT_EQ(Roff("10^12 ~x `y` it's"), "10\\(ha12 \\(tix \\(gay\\(ga it\\(aqs");
  EXPECT_EQ(Roff(""), "");
}

TEST(Roff, ALineThatWouldBeARequestIsText) {
  EXPECT_EQ(Roff(".SH x"), "\\&.SH x");
  EXPECT_EQ(Roff("a. b\n.c"), "a. b\n\\&.c");
  EXPECT_EQ(Roff("'a'"), "\\&\\(aqa\\(aq");
}

TEST(Roff, HasSectionsParagraphsAndTags) {
  EXPECT_EQ(Section("EXIT STATUS"), ".SH EXIT STATUS\n");
  EXPECT_EQ(Paragraph("One-way."), "One\\-way.\n");
  EXPECT_EQ(Tagged("--port=VALUE", "Of gRPC."), ".TP\n\\fB\\-\\-port=VALUE\\fR\nOf gRPC.\n");
}

}  // namespace
}  // namespace gpuscaler::cli
