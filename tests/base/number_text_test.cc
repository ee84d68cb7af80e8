#include "base/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gpuscaler::base {
namespace {

TEST(NumberText, IsAsShortAsReadsBackTheSame) {
  EXPECT_EQ(NumberText(100), "100");
  EXPECT_EQ(NumberText(100.0000001), "100.0000001");
  EXPECT_EQ(NumberText(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(NumberText(1e6), "1e+06");
  EXPECT_EQ(NumberText(-1.7976931348623157e308), "-1.7976931348623157e+308");
  EXPECT_EQ(NumberText(std::nan("")), "nan");
}

}  // namespace
}  // namespace gpuscaler::base
