#include "cli/roff.h"

#include "base/strings.h"

namespace gpuscaler::cli {

// A backslash is roff's own, a hyphen would be a typographic one, and a line that begins with a
// dot or an apostrophe would be a request.
std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool begins = out.empty() || out.back() == '\n';
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '`':
        out += "\\(ga";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Section(std::string_view title) {
  return base::StrCat(".SH ", title, "\n");
}

std::string Paragraph(std::string_view text) {
  return base::StrCat(Roff(text), "\n");
}

std::string Tagged(std::string_view tag, std::string_view text) {
  return base::StrCat(".TP\n\\fB", Roff(tag), "\\fR\n", Roff(text), "\n");
}

}  // namespace gpuscaler::cli
