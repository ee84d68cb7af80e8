#include "base/json_quote.h"

#include <cstdint>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace gpuscaler::base {

std::string JsonQuote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      text.remove_prefix(1);
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
      text.remove_prefix(1);
    } else if (const size_t length = Utf8Length(text); length > 0) {
      out += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      out += kReplacementCharacter;
      text.remove_prefix(1);
    }
  }
  out += '"';
  return out;
}

std::string QuotedStart(std::string_view text) {
  constexpr size_t kMost = 64;
  if (text.size() <= kMost) return JsonQuote(text);
  size_t cut = kMost;
  // Not within a UTF-8 sequence, which is at most four bytes long.
  while (cut > kMost - 3 && (static_cast<uint8_t>(text[cut]) & 0xC0) == 0x80) --cut;
  return StrCat(JsonQuote(text.substr(0, cut)), "... (", text.size(), " bytes)");
}

}  // namespace gpuscaler::base
