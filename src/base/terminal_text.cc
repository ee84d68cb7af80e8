#include "base/terminal_text.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace gpuscaler::base {
namespace {

// Those of one byte, and those of two that say the same as ESC and a letter.
bool IsControl(std::string_view character) {
  const auto last = static_cast<uint8_t>(character.back());
  const bool c0 = character.size() == 1 && (last < 0x20 || last == 0x7F);
  return c0 || (character.size() == 2 && character.front() == '\xC2' && last < 0xA0);
}

}  // namespace

std::string TerminalText(std::string_view text, size_t most) {
  std::string out;
  while (!text.empty()) {
    const size_t length = std::max<size_t>(Utf8Length(text), 1);
    if (length > most) break;
    most -= length;
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length);
    if (IsControl(character)) {
      // The last byte is the code of either.
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<uint8_t>(character.back()));
    } else if (Utf8Length(character) == 0) {
      out += kReplacementCharacter;
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace gpuscaler::base
