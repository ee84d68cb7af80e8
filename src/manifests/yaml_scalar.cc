#include "manifests/yaml_scalar.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace gpuscaler::manifests {
namespace {

// In pairs, the true one first.
constexpr std::string_view kBooleans[] = {"true", "false", "yes", "no", "on", "off", "y", "n"};

// How whole numbers that are not decimal begin.
struct BaseRow {
  std::string_view prefix;
  std::string_view digits;
};
constexpr BaseRow kBases[] = {{"0x", "0123456789abcdef"}, {"0o", "01234567"}, {"0b", "01"}};

bool IsNumber(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  for (const BaseRow& row : kBases) {
    if (!digits.starts_with(row.prefix)) continue;
    return digits.size() > row.prefix.size() &&
           digits.find_first_not_of(row.digits, row.prefix.size()) == std::string::npos;
  }
  // SimpleAtod takes "inf" and "nan", which are texts here.
  double number = 0;
  return !digits.empty() && absl::ascii_isalpha(static_cast<unsigned char>(digits.back())) == 0 &&
         absl::SimpleAtod(digits, &number);
}

}  // namespace

bool IsOtherThanText(const YamlNode& scalar) {
  if (!scalar.plain) return false;
  const std::string lower = absl::AsciiStrToLower(scalar.text);
  if (lower.empty() || lower == "~" || lower == "null" || BooleanOf(scalar)) return true;
  if (lower == ".inf" || lower == "-.inf" || lower == ".nan") return true;
  return IsNumber(lower);
}

std::optional<bool> BooleanOf(const YamlNode& node) {
  if (node.kind != YamlKind::kScalar || !node.plain) return std::nullopt;
  const std::string lower = absl::AsciiStrToLower(node.text);
  const auto* const found = std::find(std::begin(kBooleans), std::end(kBooleans), lower);
  if (found == std::end(kBooleans)) return std::nullopt;
  return (found - std::begin(kBooleans)) % 2 == 0;
}

}  // namespace gpuscaler::manifests
