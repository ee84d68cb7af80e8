#include "engines/exposition/series_selector.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

constexpr size_t kMostMatchers = 32;
constexpr std::string_view kExpressionCharacters = ".*+?()[]{}^$";

struct Operator {
  std::string_view text;
  bool negated;
  bool expression;
};
// Those of two characters first.
constexpr Operator kOperators[] = {
    {"=~", false, true}, {"!~", true, true}, {"!=", true, false}, {"=", false, false}};

bool IsSeriesNameCharacter(char c) {
  return IsNameCharacter(c) || c == ':';
}

// The values of VALUE|VALUE. False: it is more than a list of values.
bool ReadValues(std::string_view expression, std::vector<std::string>* values) {
  values->emplace_back();
  for (size_t i = 0; i < expression.size(); ++i) {
    char c = expression[i];
    if (c == '|') {
      values->emplace_back();
      continue;
    }
    if (kExpressionCharacters.find(c) != std::string_view::npos) return false;
    if (c == '\\') {
      // \d, \w and their like are classes.
      if (++i == expression.size() || IsNameCharacter(expression[i])) return false;
      c = expression[i];
    }
    values->back() += c;
  }
  return true;
}

}  // namespace

class SelectorReader {
 public:
  explicit SelectorReader(std::string_view text) : all_(text), rest_(text) {}

  absl::StatusOr<SeriesSelector> Read() {
    selector_.text_ = std::string(all_);
    if (all_.size() > SeriesSelector::kLongest) {
      return absl::InvalidArgumentError(base::StrCat(
          "a selector of ", all_.size(), " bytes; allowed are ", SeriesSelector::kLongest));
    }
    SkipBlanks(&rest_);
    ReadName();
    SkipBlanks(&rest_);
    if (rest_.starts_with('{')) {
      rest_.remove_prefix(1);
      ReadMatchers();
      SkipBlanks(&rest_);
    }
    if (selector_.name_.empty()) Fail("no series is named; write NAME or NAME{LABEL=\"VALUE\"}");
    if (rest_.starts_with('[')) {
      Fail("there is no range here: what is read is the newest scrape, a rate is between two");
    } else if (!rest_.empty()) {
      Fail("after the selector there is more; write NAME or NAME{LABEL=\"VALUE\"}");
    }
    if (!status_.ok()) return status_;
    return std::move(selector_);
  }

 private:
  // The first problem stays.
  void Fail(std::string_view problem) {
    if (!status_.ok()) return;
    status_ =
        absl::InvalidArgumentError(base::StrCat("column ", all_.size() - rest_.size() + 1, ": ",
                                                problem, ", in ", base::QuotedStart(all_)));
  }

  void ReadName() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsSeriesNameCharacter);
    const auto size = static_cast<size_t>(end - rest_.begin());
    if (size > 0 && rest_.front() >= '0' && rest_.front() <= '9') {
      return Fail("a name does not begin with a digit");
    }
    selector_.name_ = std::string(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }

  void ReadMatchers() {
    while (status_.ok()) {
      SkipBlanks(&rest_);
      if (rest_.starts_with('}')) break;
      ReadMatcher();
      SkipBlanks(&rest_);
      if (rest_.empty()) return Fail("the labels do not end; close them with }");
      if (rest_.front() == '}') break;
      if (rest_.front() != ',') return Fail("between labels there is a comma");
      rest_.remove_prefix(1);
    }
    if (status_.ok()) rest_.remove_prefix(1);
  }

  // LABEL="VALUE", or the name of the series in quotes.
  void ReadMatcher() {
    EscapedText quoted;
    SeriesSelector::Matcher matcher;
    if (rest_.starts_with('"')) {
      if (!TakeQuoted(&rest_, &quoted)) return Fail("a quoted name does not end; close it with \"");
      matcher.label = quoted.Text();
      SkipBlanks(&rest_);
      if (rest_.empty() || rest_.front() == ',' || rest_.front() == '}') {
        if (!selector_.name_.empty()) return Fail("a second name");
        selector_.name_ = std::move(matcher.label);
        return;
      }
    } else {
      const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsNameCharacter);
      const auto size = static_cast<size_t>(end - rest_.begin());
      if (size == 0 || !IsNameStart(rest_.front())) return Fail("a label has no name");
      matcher.label = std::string(rest_.substr(0, size));
      rest_.remove_prefix(size);
      SkipBlanks(&rest_);
    }
    const auto* const op =
        std::find_if(std::begin(kOperators), std::end(kOperators),
                     [this](const Operator& row) { return rest_.starts_with(row.text); });
    if (op == std::end(kOperators)) return Fail("after a label's name there is =, !=, =~ or !~");
    rest_.remove_prefix(op->text.size());
    SkipBlanks(&rest_);
    if (!rest_.starts_with('"')) return Fail("a label's value is in quotes: LABEL=\"VALUE\"");
    const std::string_view at = rest_;
    if (!TakeQuoted(&rest_, &quoted)) return Fail("a value does not end; close it with \"");
    matcher.negated = op->negated;
    if (!op->expression) {
      matcher.values.push_back(quoted.Text());
    } else if (!ReadValues(quoted.Text(), &matcher.values)) {
      rest_ = at;
      return Fail("of regular expressions only VALUE|VALUE is read, a dot in it as \\\\.");
    }
    if (matcher.values.size() > SeriesSelector::kMostValues) {
      rest_ = at;
      return Fail("more than 256 values of a label");
    }
    if (selector_.matchers_.size() == kMostMatchers) return Fail("more than 32 labels");
    selector_.matchers_.push_back(std::move(matcher));
  }

  std::string_view all_;
  std::string_view rest_;
  SeriesSelector selector_;
  absl::Status status_;
};

absl::StatusOr<SeriesSelector> SeriesSelector::Parse(std::string_view text) {
  return SelectorReader(text).Read();
}

size_t SeriesSelector::owned_bytes() const {
  size_t bytes = text_.size() + name_.size();
  for (const Matcher& matcher : matchers_) {
    bytes += sizeof(matcher) + matcher.label.size();
    for (const std::string& value : matcher.values) bytes += sizeof(value) + value.size();
  }
  return bytes;
}

bool SeriesSelector::Selects(Labels labels) const {
  return std::all_of(matchers_.begin(), matchers_.end(), [labels](const Matcher& matcher) {
    const EscapedText value = labels.Find(matcher.label);
    const bool listed = std::any_of(matcher.values.begin(), matcher.values.end(),
                                    [&value](const std::string& text) { return value.Is(text); });
    return listed != matcher.negated;
  });
}

}  // namespace gpuscaler::engines
