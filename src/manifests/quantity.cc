#include "manifests/quantity.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kDigits = "0123456789";

struct SuffixRow {
  std::string_view suffix;
  int of_ten;  // the power that it stands for
  int of_two;
};
constexpr SuffixRow kSuffixes[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

std::string_view WithoutSign(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return text;
}

// e3, E-3.
bool IsExponent(std::string_view text) {
  return (text.starts_with('e') || text.starts_with('E')) && IsDigits(WithoutSign(text.substr(1)));
}

// 5, 5., .5: with or without a sign.
bool IsPlain(std::string_view text) {
  std::string digits(WithoutSign(text));
  if (const size_t point = digits.find('.'); point != std::string::npos) digits.erase(point, 1);
  return IsDigits(digits);
}

}  // namespace

std::optional<double> ReadQuantity(std::string_view text) {
  const size_t stop = std::min(text.find_first_not_of("+-.0123456789"), text.size());
  const std::string_view plain = text.substr(0, stop);
  const std::string_view rest = text.substr(stop);
  const SuffixRow* const row =
      std::find_if(std::begin(kSuffixes), std::end(kSuffixes),
                   [rest](const SuffixRow& each) { return each.suffix == rest; });
  const bool has_suffix = row != std::end(kSuffixes);
  if (!IsPlain(plain) || (!has_suffix && !IsExponent(rest))) return std::nullopt;
  // Read with its power of ten, 50m is 0.05 to the last bit.
  const std::string decimal =
      has_suffix ? base::StrCat(plain, "e", row->of_ten) : std::string(text);
  double number = 0;
  if (!absl::SimpleAtod(decimal, &number)) return std::nullopt;
  if (has_suffix) number = std::ldexp(number, row->of_two);
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace gpuscaler::manifests
