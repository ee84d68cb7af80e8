#include "manifests/go_float.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

// Of hexadecimal numbers Go wants the exponent: 0x1p4.
bool HasExponentIfHexadecimal(std::string_view text) {
  return text.find_first_of("xX") == std::string_view::npos ||
         text.find_first_of("pP") != std::string_view::npos;
}

}  // namespace

std::optional<double> ReadGoFloat(std::string_view text) {
  const absl::string_view given = base::ToAbsl(text);
  double number = 0;
  // SimpleAtod strips blanks, and makes infinity of what is too large.
  if (absl::StripAsciiWhitespace(given) != given || !HasExponentIfHexadecimal(text) ||
      !absl::SimpleAtod(given, &number) || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace gpuscaler::manifests
