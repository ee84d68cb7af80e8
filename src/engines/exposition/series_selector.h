// Which series are meant: a name, and what their labels must be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engines/exposition/labels.h"

namespace gpuscaler::engines {

// Reads like a selector of PromQL:
//
//   NAME{LABEL="VALUE", LABEL!="VALUE", LABEL=~"VALUE|VALUE", LABEL!~"VALUE|VALUE"}
//   {"NAME", LABEL="VALUE"}
//
// A label that a series does not have is empty. Of regular expressions only lists
// of values are read, in which a backslash makes the character after it stand for
// itself; anything else in one is an error, never another meaning.
class SeriesSelector {
 public:
  static constexpr size_t kLongest = 4096;
  static constexpr size_t kMostValues = 256;  // of one list

  // INVALID_ARGUMENT as "column 7: what is wrong; what is right".
  static absl::StatusOr<SeriesSelector> Parse(std::string_view text);

  const std::string& name() const { return name_; }
  // As it was written.
  const std::string& text() const { return text_; }
  bool Selects(Labels labels) const;
  // What it takes beside itself.
  size_t owned_bytes() const;

 private:
  friend class SelectorReader;
  struct Matcher {
    std::string label;
    std::vector<std::string> values;
    bool negated = false;  // none of the values, else one of them
  };

  std::string text_;
  std::string name_;
  std::vector<Matcher> matchers_;
};

}  // namespace gpuscaler::engines
