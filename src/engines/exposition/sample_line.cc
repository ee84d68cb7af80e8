#include "engines/exposition/sample_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace gpuscaler::engines {
namespace {

constexpr std::array<bool, 256> NameCharacters() {
  std::array<bool, 256> is = {};
  for (char c = 'a'; c <= 'z'; ++c) is[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) is[static_cast<uint8_t>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) is[static_cast<uint8_t>(c)] = true;
  is['_'] = true;
  is[':'] = true;
  return is;
}
constexpr std::array<bool, 256> kNameCharacters = NameCharacters();

bool IsBlankOr(char c, char other) {
  return c == ' ' || c == '\t' || c == other;
}

// The characters up to the next blank, taken off.
std::string_view TakeWord(std::string_view* text) {
  const std::string_view word = text->substr(0, text->find_first_of(" \t"));
  text->remove_prefix(word.size());
  return word;
}

// Of a number that is out of range: whether it is nearly 0.
bool IsTooSmall(std::string_view text) {
  const size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) return text.substr(exponent + 1).starts_with('-');
  return text.find('.') < text.find_first_of("123456789");
}

}  // namespace

std::optional<double> ReadNumber(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  // from_chars takes "nan(...)" too.
  if (end != last || (end != text.data() && end[-1] == ')')) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    return IsTooSmall(text) ? std::optional(0.0) : std::nullopt;
  }
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::optional<LineStart> ReadLineStart(std::string_view line) {
  SkipBlanks(&line);
  LineStart start;
  if (line.starts_with('{')) {
    line.remove_prefix(1);
    SkipBlanks(&line);
    if (!line.starts_with('"') || !TakeQuoted(&line, &start.name)) return std::nullopt;
    SkipBlanks(&line);
    if (line.empty() || (line.front() != ',' && line.front() != '}')) return std::nullopt;
    if (line.front() == ',') line.remove_prefix(1);
    start.in_braces = true;
    start.rest = line;
    return start;
  }
  size_t size = 0;
  while (size < line.size() && kNameCharacters[static_cast<uint8_t>(line[size])]) ++size;
  if (size == 0 || size == line.size() || !IsBlankOr(line[size], '{')) return std::nullopt;
  if (line.front() >= '0' && line.front() <= '9') return std::nullopt;
  start.name = EscapedText(line.substr(0, size), false);
  start.rest = line.substr(size);
  return start;
}

std::string_view ReadLineRest(const LineStart& start, LineRest* rest) {
  std::string_view text = start.rest;
  SkipBlanks(&text);
  std::string_view list;
  if (start.in_braces || text.starts_with('{')) {
    if (!start.in_braces) text.remove_prefix(1);
    if (const std::string_view problem = TakeLabels(&text, &list); !problem.empty()) {
      return problem;
    }
    SkipBlanks(&text);
  }
  rest->labels = Labels(list);
  if (text.empty()) return "there is no value";
  const auto value = ReadNumber(TakeWord(&text));
  if (!value) return "the value is no number";
  rest->value = *value;
  rest->timestamp.reset();
  SkipBlanks(&text);
  if (!text.empty() && text.front() != '#') {
    rest->timestamp = ReadNumber(TakeWord(&text));
    if (!rest->timestamp || !std::isfinite(*rest->timestamp)) return "the timestamp is no number";
    SkipBlanks(&text);
  }
  // What follows # is an exemplar, of which nobody here wants anything.
  return text.empty() || text.front() == '#' ? "" : "there is text after the timestamp";
}

}  // namespace gpuscaler::engines
