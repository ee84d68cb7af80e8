#include "engines/exposition/signal.h"

#include <utility>

#include "base/strings.h"

namespace gpuscaler::engines {

std::string SignalPart::Tried() const {
  std::string tried;
  for (const SeriesSelector& candidate : candidates) base::AppendItem(&tried, candidate.text());
  return tried;
}

size_t Signal::owned_bytes() const {
  size_t bytes = name.size();
  for (const SignalPart& part : parts) {
    bytes += sizeof(part) + part.name.size();
    for (const SeriesSelector& each : part.candidates) bytes += sizeof(each) + each.owned_bytes();
  }
  return bytes;
}

Signal SignalOf(const catalog::EngineQuantityRow& row) {
  Signal signal;
  signal.name =
      base::StrCat(catalog::Row(row.quantity).name, " of ", catalog::Row(row.engine).name);
  signal.method = row.method;
  signal.fold = row.fold;
  signal.scale = row.scale;
  signal.is_ratio = row.is_ratio;
  signal.rank_labels = row.rank_labels;
  signal.queue_labels = row.queue_labels;
  for (size_t i = 0; i < catalog::PartCount(row); ++i) {
    SignalPart part;
    part.name = std::string(catalog::PartName(row, i));
    for (const std::string_view text : row.parts[i]) {
      // A test reads every row of the catalog.
      part.candidates.push_back(SeriesSelector::Parse(text).value());
    }
    signal.parts.push_back(std::move(part));
  }
  return signal;
}

Signal SignalOf(const SeriesExpression& expression) {
  Signal signal;
  const std::string& text = expression.selector.text();
  signal.name = expression.rate ? base::StrCat("rate(", text, ")") : text;
  if (expression.rate) signal.method = catalog::Method::kRate;
  signal.parts.push_back({text, {expression.selector}});
  return signal;
}

}  // namespace gpuscaler::engines
