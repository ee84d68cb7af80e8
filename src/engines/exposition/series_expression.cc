#include "engines/exposition/series_expression.h"

#include <cstddef>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

std::string_view Trim(std::string_view text) {
  SkipBlanks(&text);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What stands before the first ( that is neither in braces nor in quotes, if there
// is one: the name of a function.
std::string_view FunctionOf(std::string_view text) {
  const size_t open = text.find_first_of("({\"");
  if (open == std::string_view::npos || text[open] != '(') return {};
  return Trim(text.substr(0, open));
}

}  // namespace

absl::StatusOr<SeriesExpression> ParseSeriesExpression(std::string_view text) {
  std::string_view inner = Trim(text);
  SeriesExpression expression;
  if (const std::string_view function = FunctionOf(inner); !function.empty()) {
    if (function != "rate") {
      return absl::InvalidArgumentError(base::StrCat(
          "column 1: ", base::QuotedStart(function),
          " is no function; allowed are SERIES and rate(SERIES), in ", base::QuotedStart(text)));
    }
    if (!inner.ends_with(')')) {
      return absl::InvalidArgumentError(base::StrCat(
          "column ", text.size() + 1, ": rate( is not closed, in ", base::QuotedStart(text)));
    }
    inner.remove_prefix(inner.find('(') + 1);
    inner.remove_suffix(1);
    expression.rate = true;
  }
  auto selector = SeriesSelector::Parse(Trim(inner));
  if (!selector.ok()) return selector.status();
  expression.selector = *std::move(selector);
  return expression;
}

}  // namespace gpuscaler::engines
