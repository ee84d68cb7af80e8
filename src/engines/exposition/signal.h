// What is wanted of an endpoint, ready to be looked for in its exposition.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/engine_quantities.h"
#include "engines/exposition/series_expression.h"

namespace gpuscaler::engines {

struct SignalPart {
  std::string name;                        // "waiting", for messages
  std::vector<SeriesSelector> candidates;  // the preferred one first
  std::string Tried() const;               // "vllm:a, vllm:b{c=\"d\"}"
};

struct Signal {
  std::string name;  // "inflight of vllm", for messages
  catalog::Method method = catalog::Method::kGauge;
  catalog::Fold fold = catalog::Fold::kSum;
  double scale = 1;
  bool is_ratio = false;          // a series that says more than 1 says something else
  std::vector<SignalPart> parts;  // the order is the method's
  std::span<const std::string_view> rank_labels;
  std::span<const std::string_view> queue_labels;

  // What it takes beside itself.
  size_t owned_bytes() const;
};

// A quantity of an engine of the catalog.
Signal SignalOf(const catalog::EngineQuantityRow& row);
// Any series: the sum of all that the selector selects, or of their rates.
Signal SignalOf(const SeriesExpression& expression);

}  // namespace gpuscaler::engines
