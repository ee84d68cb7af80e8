#include "engines/exposition/labels.h"

#include <algorithm>
#include <cstddef>

namespace gpuscaler::engines {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

// The character that the front of `raw`, which is taken off, stands for.
char TakeCharacter(std::string_view* raw) {
  char c = raw->front();
  raw->remove_prefix(1);
  if (c != '\\' || raw->empty()) return c;
  const char next = raw->front();
  if (next != 'n' && next != '"' && next != '\\') return c;
  raw->remove_prefix(1);
  return next == 'n' ? '\n' : next;
}

}  // namespace

bool EscapedText::Is(std::string_view text) const {
  if (!escaped_) return raw_ == text;
  std::string_view raw = raw_;
  for (const char c : text) {
    if (raw.empty() || TakeCharacter(&raw) != c) return false;
  }
  return raw.empty();
}

void EscapedText::AppendTo(std::string* text) const {
  if (!escaped_) {
    *text += raw_;
    return;
  }
  std::string_view raw = raw_;
  while (!raw.empty()) *text += TakeCharacter(&raw);
}

std::string EscapedText::Text() const {
  std::string text;
  AppendTo(&text);
  return text;
}

std::string_view EscapedText::View(std::string* storage) const {
  if (!escaped_) return raw_;
  storage->clear();
  AppendTo(storage);
  return *storage;
}

bool TakeQuoted(std::string_view* text, EscapedText* quoted) {
  bool escaped = false;
  for (size_t i = 1; i < text->size(); ++i) {
    const char c = (*text)[i];
    if (c == '\\') {
      escaped = true;
      ++i;
    } else if (c == '"') {
      *quoted = EscapedText(text->substr(1, i - 1), escaped);
      text->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

void SkipBlanks(std::string_view* text) {
  while (!text->empty() && IsBlank(text->front())) text->remove_prefix(1);
}

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsNameCharacter(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9');
}

std::string_view TakeLabel(std::string_view* text, Label* label) {
  if (!text->empty() && text->front() == '"') {
    if (!TakeQuoted(text, &label->name)) return "a quoted name does not end";
  } else {
    if (text->empty() || !IsNameStart(text->front())) return "a label has no name";
    const auto end = std::find_if_not(text->begin(), text->end(), IsNameCharacter);
    const auto size = static_cast<size_t>(end - text->begin());
    label->name = EscapedText(text->substr(0, size), false);
    text->remove_prefix(size);
  }
  SkipBlanks(text);
  if (text->empty() || text->front() != '=') return "a label has no = after its name";
  text->remove_prefix(1);
  SkipBlanks(text);
  if (text->empty() || text->front() != '"') return "a label's value is not quoted";
  return TakeQuoted(text, &label->value) ? "" : "a label's value does not end";
}

std::string_view TakeLabels(std::string_view* text, std::string_view* list) {
  const std::string_view all = *text;
  while (true) {
    SkipBlanks(text);
    if (!text->empty() && text->front() == '}') break;  // of none, or after a last comma
    Label label;
    if (const std::string_view problem = TakeLabel(text, &label); !problem.empty()) return problem;
    SkipBlanks(text);
    if (text->empty()) return "the labels do not end";
    if (text->front() == '}') break;
    if (text->front() != ',') return "between labels there is no comma";
    text->remove_prefix(1);
  }
  *list = all.substr(0, all.size() - text->size());
  text->remove_prefix(1);
  return "";
}

EscapedText Labels::Find(std::string_view name) const {
  LabelCursor cursor(*this);
  while (const auto label = cursor.Next()) {
    if (label->name.Is(name)) return label->value;
  }
  return {};
}

std::optional<Label> LabelCursor::Next() {
  SkipBlanks(&rest_);
  Label label;
  if (rest_.empty() || !TakeLabel(&rest_, &label).empty()) return std::nullopt;
  SkipBlanks(&rest_);
  if (!rest_.empty()) rest_.remove_prefix(1);  // the comma
  return label;
}

}  // namespace gpuscaler::engines
