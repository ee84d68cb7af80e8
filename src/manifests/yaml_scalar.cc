#include "manifests/yaml_scalar.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

// In pairs, the true one first.
constexpr std::string_view kBooleans[] = {"true", "false", "yes", "no", "on", "off", "y", "n"};

constexpr std::string_view kOthers[] = {"null", ".inf", "+.inf", "-.inf", ".nan"};

// How whole numbers that are not decimal begin.
struct BaseRow {
  std::string_view prefix;
  std::string_view digits;
};
constexpr BaseRow kBases[] = {{"0x", "0123456789abcdef"}, {"0o", "01234567"}, {"0b", "01"}};

bool IsNumber(std::string_view text) {
  std::string digits(text);
  // In the digits of a number they say nothing.
  if (!text.starts_with("_")) {
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  }
  const size_t sign = digits.find_first_of("+-") == 0 ? 1 : 0;
  for (const BaseRow& row : kBases) {
    if (!std::string_view(digits).substr(sign).starts_with(row.prefix)) continue;
    const size_t first = sign + row.prefix.size();
    return digits.size() > first &&
           digits.find_first_not_of(row.digits, first) == std::string::npos;
  }
  // SimpleAtod takes "inf" and "nan", which are texts here, as is what no double holds.
  double number = 0;
  return !digits.empty() && absl::ascii_isalpha(static_cast<unsigned char>(digits.back())) == 0 &&
         absl::SimpleAtod(digits, &number) && std::isfinite(number);
}

// The word in lower case, or empty where it is written as YAML writes no word: yEs.
std::string WordOf(std::string_view text) {
  std::string lower = absl::AsciiStrToLower(base::ToAbsl(text));
  std::string title = lower;
  const size_t letter = title.find_first_not_of("+-.");
  if (letter != std::string::npos)
    title[letter] = absl::ascii_toupper(static_cast<unsigned char>(title[letter]));
  const bool written =
      text == lower || text == title || text == absl::AsciiStrToUpper(lower) || lower == ".nan";
  return written ? lower : std::string();
}

}  // namespace

bool IsOtherThanText(const YamlNode& scalar) {
  if (!scalar.plain) return false;
  if (scalar.text.empty() || scalar.text == "~" || BooleanOf(scalar)) return true;
  const std::string word = WordOf(scalar.text);
  return std::find(std::begin(kOthers), std::end(kOthers), word) != std::end(kOthers) ||
         IsNumber(absl::AsciiStrToLower(scalar.text));
}

std::optional<bool> BooleanOf(const YamlNode& node) {
  if (node.kind != YamlKind::kScalar || !node.plain) return std::nullopt;
  const auto* const found =
      std::find(std::begin(kBooleans), std::end(kBooleans), WordOf(node.text));
  if (found == std::end(kBooleans)) return std::nullopt;
  return (found - std::begin(kBooleans)) % 2 == 0;
}

}  // namespace gpuscaler::manifests
