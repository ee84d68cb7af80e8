#include "manifests/go_float.h"

#include <gtest/gtest.h>

namespace gpuscaler::manifests {
namespace {

TEST(GoFloat, IsReadAsGoDoes) {
  struct Row {
    const char* text;
    double number;
  };
  for (const Row& row : {Row{"80", 80}, Row{"+80", 80}, Row{"-80", -80}, Row{".5", 0.5},
                         Row{"5.", 5}, Row{"1e3", 1000}, Row{"010", 10}, Row{"1e-400", 0},
                         Row{"0x1p4", 16}, Row{"0X1P-2", 0.25}}) {
    EXPECT_EQ(ReadGoFloat(row.text), row.number) << row.text;
  }
}

TEST(GoFloat, IsNothingElse) {
  for (const char* text :
       {"",   ".",   " 80", "80 ",   "80\n",   "\t80", "80%",  "80m", "1,5", "1e",  "1e+",
        "1d", "++1", "+-1", "1e400", "-1e400", "0x50", "0xp1", "0b1", "inf", "nan", "much"}) {
    EXPECT_EQ(ReadGoFloat(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace gpuscaler::manifests
