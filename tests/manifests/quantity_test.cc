#include "manifests/quantity.h"

#include <gtest/gtest.h>

namespace gpuscaler::manifests {
namespace {

TEST(Quantity, IsANumberWithASuffixOrAnExponent) {
  struct Row {
    const char* text;
    double number;
  };
  for (const Row& row : {Row{"0.05", 0.05}, Row{"50m", 0.05}, Row{"5u", 5e-6}, Row{"5n", 5e-9},
                         Row{"5", 5}, Row{"5.", 5}, Row{".5", 0.5}, Row{"+.5", 0.5}, Row{"-1", -1},
                         Row{"010", 10}, Row{"1k", 1000}, Row{"1.5Ki", 1536}, Row{"1Ei", 0x1p60},
                         Row{"1E", 1e18}, Row{"1E2", 100}, Row{"1e-2", 0.01}, Row{"1e+2", 100}}) {
    EXPECT_EQ(ReadQuantity(row.text), row.number) << row.text;
  }
}

TEST(Quantity, IsNothingElse) {
  for (const char* text :
       {"",      ".",   "-",     "m",    "Ki",  " 0.05", "0.05 ", "0.05\n", "5%",
        "1e2m",  "1ki", "1K",    "1mm",  "1e",  "1e1.5", "1e+-2", "--1",    "1-2",
        "1.2.3", "1,5", "1_000", "0x10", "inf", "nan",   "1e400"}) {
    EXPECT_EQ(ReadQuantity(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace gpuscaler::manifests
