// The table of engine quantities by engine: from which series of which engine a
// quantity is read, and how.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/engines.h"
#include "catalog/metrics.h"
#include "catalog/quantities.h"

namespace gpuscaler::catalog {

// How a number comes out of an endpoint's series. A row has its parts in this
// order; each part has a list of candidates of its own.
enum class Method : uint8_t {
  kGauge,     // the sum of the parts as they are now: "requests", or "waiting", "running"
  kRate,      // growth of one counter per second
  kMeanWait,  // growth of "time waited" over growth of "requests"; "waiting" tells of those
              // who have not been answered yet
};

// How the series of one part, at one endpoint, become one.
enum class Fold : uint8_t {
  kSum,
  kMax,
  // Ranks of one group repeat what the group says: the largest of those whose
  // labels differ in `rank_labels` alone, then the sum.
  kSumOverRanks,
};

// Selectors of series, `name` or `name{label="value"}`, the preferred one first:
// the first of which there is any series counts alone.
using Candidates = std::span<const std::string_view>;
inline constexpr size_t kMaxParts = 3;

struct EngineQuantityRow {
  Engine engine;
  Quantity quantity;
  Method method;
  Fold fold;
  double scale;  // value in the quantity's unit = scale x what the series say
  std::array<Candidates, kMaxParts> parts;              // unused ones are empty
  std::span<const std::string_view> rank_labels = {};   // of kSumOverRanks
  std::span<const std::string_view> queue_labels = {};  // of kMeanWait: what has a queue of its own
  bool is_ratio = false;                                // no series says more than 1
};

std::span<const EngineQuantityRow> EngineQuantities();
// nullptr: the engine does not tell this quantity.
const EngineQuantityRow* FindEngineQuantity(Engine engine, Quantity quantity);
// The quantities that the engine tells, "waiting, running, ...".
std::string QuantityNamesOf(Engine engine);

// The name of part `index` of a row, for messages: "waiting".
std::string_view PartName(const EngineQuantityRow& row, size_t index);
// How many parts the row has.
size_t PartCount(const EngineQuantityRow& row);

// The row that a metric of catalog/metrics.h is a view of; nullptr for one that
// is read from the hardware.
const EngineQuantityRow* EngineQuantityOf(Metric metric);

}  // namespace gpuscaler::catalog
