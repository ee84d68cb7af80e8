#include "scaling/number.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "gtest/gtest.h"

namespace gpuscaler::scaling {
namespace {

double Read(std::string_view text) {
  double number = -1;
  EXPECT_EQ(ReadNumber(text, 0, 1000, &number), "") << text;
  return number;
}

TEST(ReadNumber, ReadsPlainDecimalText) {
  EXPECT_EQ(Read("80"), 80);
  EXPECT_EQ(Read("0.001"), 0.001);
  EXPECT_EQ(Read(".5"), 0.5);
  EXPECT_EQ(Read("5."), 5);
  EXPECT_EQ(Read("1e2"), 100);
  EXPECT_EQ(Read("1000"), 1000);
  EXPECT_EQ(Read("007"), 7);
}

TEST(ReadNumber, MakesMinusZeroZero) {
  EXPECT_FALSE(std::signbit(Read("-0")));
}

TEST(ReadNumber, RefusesWhatIsNotOnlyANumber) {
  for (const char* text : {"80%", "80 W", "0x50", "1,5", "+5", "--5", "1e", "eighty", "1_000", " 8",
                           "8 ", "", "٨", "8\xff"}) {
    double number = -1;
    EXPECT_EQ(ReadNumber(text, 0, 1000, &number).find("is not a plain number"), 0U) << text;
    EXPECT_EQ(number, -1) << text;
  }
}

TEST(ReadNumber, RefusesWhatIsNotFinite) {
  for (const char* text : {"nan", "NaN", "-nan", "inf", "-inf", "Infinity", "INF"}) {
    double number = -1;
    EXPECT_EQ(ReadNumber(text, 0, 1000, &number), "is not a finite number") << text;
    EXPECT_EQ(number, -1) << text;
  }
}

TEST(ReadNumber, RefusesWhatIsOutOfRange) {
  for (const char* text : {"1000.001", "-0.001", "1e999", "-1e999", "-1"}) {
    double number = -1;
    EXPECT_EQ(ReadNumber(text, 0, 1000, &number), "is out of range") << text;
    EXPECT_EQ(number, -1) << text;
  }
}

TEST(ReadInteger, ReadsIntegersOnly) {
  int64_t number = 0;
  EXPECT_EQ(ReadInteger("-1", -1, 9, &number), "");
  EXPECT_EQ(number, -1);
  EXPECT_EQ(ReadInteger("9", -1, 9, &number), "");
  EXPECT_EQ(number, 9);
  EXPECT_EQ(ReadInteger("10", -1, 9, &number), "is out of range");
  EXPECT_EQ(ReadInteger("-2", -1, 9, &number), "is out of range");
  EXPECT_EQ(ReadInteger("99999999999999999999", -1, 9, &number), "is out of range");
  for (const char* text : {"1.0", "1e1", "0x1", "1s", "", "one", "+1"}) {
    EXPECT_EQ(ReadInteger(text, -1, 9, &number), "is not a plain integer") << text;
  }
  EXPECT_EQ(number, 9);
}

TEST(NumberText, HasThreeDecimalsAtMostAndNoneToSpare) {
  EXPECT_EQ(NumberText(80), "80");
  EXPECT_EQ(NumberText(0), "0");
  EXPECT_EQ(NumberText(-0.0001), "0");
  EXPECT_EQ(NumberText(0.125), "0.125");
  EXPECT_EQ(NumberText(33.333333), "33.333");
  EXPECT_EQ(NumberText(99.9996), "100");
  EXPECT_EQ(NumberText(12000000), "12000000");
  EXPECT_EQ(NumberText(-5.5), "-5.5");
}

TEST(Thousandths, RoundsAsKedaPrints) {
  EXPECT_EQ(Thousandths(80), 80000);
  EXPECT_EQ(Thousandths(0.001), 1);
  EXPECT_EQ(Thousandths(0.0004), 0);
  EXPECT_EQ(Thousandths(72.3), 72300);   // 72.3 * 1000 is 72299.99999999999
  EXPECT_EQ(Thousandths(1.0005), 1000);  // in binary just below the middle
  EXPECT_EQ(Thousandths(0.0005), 1);     // just above it
  EXPECT_EQ(Thousandths(0.0625), 62);    // in the middle: to the even one
  EXPECT_EQ(Thousandths(33.33333), 33333);
  EXPECT_EQ(Thousandths(1e12), 1000000000000000);
  EXPECT_EQ(Thousandths(1e300), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace gpuscaler::scaling
