// What is wrong with a manifest, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpuscaler::manifests {

enum class ProblemKind : uint8_t {
  kUnreadable,    // no text, or no YAML: nothing of the document was read
  kTemplate,      // a Helm template that was not rendered: likewise
  kWrongValue,    // a value that its field cannot have
  kNotText,       // a number or a boolean where the API server takes a string
  kUnknownField,  // a field that there is none of
};

struct Problem {
  ProblemKind kind = ProblemKind::kUnreadable;
  int line = 0;      // from 1; 0: of the file as a whole
  std::string what;  // one line: the value that is wrong, and what would be right
};

// Reading goes on after a mistake: problems are collected, up to a bound. So is what
// reading costs: aliases make a short text stand for a long one.
class Problems {
 public:
  static constexpr size_t kMost = 1000;
  static constexpr size_t kMostSteps = 1000000;

  bool full() const { return found_.size() >= kMost; }
  void Add(ProblemKind kind, int line, std::string what) {
    if (full()) return;
    for (char& c : what) {
      if (c == '\n' || c == '\r') c = ' ';
    }
    found_.push_back({kind, line, std::move(what)});
  }
  // Before `steps` parts of a document are looked at: false when it is enough.
  bool Spend(size_t steps) {
    steps_ += steps;
    return !exhausted();
  }
  bool exhausted() const { return steps_ > kMostSteps; }

  const std::vector<Problem>& found() const { return found_; }
  std::vector<Problem> Take() { return std::move(found_); }

 private:
  std::vector<Problem> found_;
  size_t steps_ = 0;
};

}  // namespace gpuscaler::manifests
