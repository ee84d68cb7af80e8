#include "scaling/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace gpuscaler::scaling {
namespace {

constexpr char kOutOfRange[] = "is out of range";

// The largest double has 309 digits before the point.
std::string ThreeDecimals(double number) {
  std::array<char, 320> text;
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, 3);
  return error == std::errc() ? std::string(text.data(), end) : std::string();
}

}  // namespace

std::string ReadNumber(std::string_view text, double min, double max, double* number) {
  const char* end = text.data() + text.size();
  double read = 0;
  const auto [stopped, error] = std::from_chars(text.data(), end, read);
  if (error == std::errc::invalid_argument || stopped != end) {
    return "is not a plain number (write it without unit, % or spaces)";
  }
  if (error == std::errc::result_out_of_range) return kOutOfRange;
  if (!std::isfinite(read)) return "is not a finite number";
  if (read < min || read > max) return kOutOfRange;
  *number = read + 0.0;  // "-0" is 0
  return "";
}

std::string ReadInteger(std::string_view text, int64_t min, int64_t max, int64_t* number) {
  const char* end = text.data() + text.size();
  int64_t read = 0;
  const auto [stopped, error] = std::from_chars(text.data(), end, read);
  if (error == std::errc::invalid_argument || stopped != end) return "is not a plain integer";
  if (error == std::errc::result_out_of_range || read < min || read > max) return kOutOfRange;
  *number = read;
  return "";
}

std::string NumberText(double number) {
  std::string text = ThreeDecimals(number);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

int64_t Thousandths(double number) {
  std::string digits = ThreeDecimals(number);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  int64_t thousandths = std::numeric_limits<int64_t>::max();
  std::from_chars(digits.data(), digits.data() + digits.size(), thousandths);
  return thousandths;
}

}  // namespace gpuscaler::scaling
