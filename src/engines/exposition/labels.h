// The labels of a sample, read in place: views of the line that they stand in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gpuscaler::engines {

// Text between quotes, as it is written: \n, \" and \\ are escapes, a backslash
// before anything else stands for itself.
class EscapedText {
 public:
  EscapedText() = default;
  EscapedText(std::string_view raw, bool escaped) : raw_(raw), escaped_(escaped) {}

  bool Is(std::string_view text) const;
  void AppendTo(std::string* text) const;
  std::string Text() const;
  // The text, which `storage` holds where there is something to unescape.
  std::string_view View(std::string* storage) const;

 private:
  std::string_view raw_;
  bool escaped_ = false;
};

// Takes a quoted text, which `text` begins with, off its front. False: it does
// not end.
bool TakeQuoted(std::string_view* text, EscapedText* quoted);

struct Label {
  EscapedText name;
  EscapedText value;
};

// Takes NAME="VALUE", or "NAME"="VALUE", off the front of `text`. Returns what
// is wrong with it; empty: nothing.
std::string_view TakeLabel(std::string_view* text, Label* label);

// Takes a list of labels up to and with its closing brace off the front of
// `text`; `list` becomes what stands before the brace. Returns what is wrong.
std::string_view TakeLabels(std::string_view* text, std::string_view* list);

void SkipBlanks(std::string_view* text);
bool IsNameStart(char c);  // of a label; a series' may be a colon too
bool IsNameCharacter(char c);

class Labels {
 public:
  Labels() = default;
  // `list` is what TakeLabels found nothing wrong with.
  explicit Labels(std::string_view list) : list_(list) {}

  // The value of the label, empty where there is no such label: to Prometheus the
  // two are the same.
  EscapedText Find(std::string_view name) const;

 private:
  friend class LabelCursor;
  std::string_view list_;
};

// Goes through labels in the order in which they are written.
class LabelCursor {
 public:
  explicit LabelCursor(Labels labels) : rest_(labels.list_) {}
  // Empty: there are no more.
  std::optional<Label> Next();

 private:
  std::string_view rest_;
};

}  // namespace gpuscaler::engines
