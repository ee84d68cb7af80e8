// The table of engine quantities: what a trigger can ask an inference engine for,
// whichever engine it is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "catalog/aggregations.h"
#include "catalog/metrics.h"

namespace gpuscaler::catalog {

enum class Quantity : uint8_t {
  kWaiting,
  kRunning,
  kInflight,
  kKvUsage,
  kQueueWaitMs,
  kRequestRate,
};

struct QuantityRow {
  Quantity id;
  std::string_view name;
  std::string_view unit;
  std::string_view help;
  Kind kind;
  Aggregation across_endpoints;  // how the values of several addresses become one
  // What replicas do or hold, so that even a router tells 0 of it while there is none.
  bool of_replicas = false;

  bool is_percent() const { return unit == "%"; }
};

std::span<const QuantityRow> Quantities();
const QuantityRow& Row(Quantity quantity);
// nullptr: no quantity of this name. Exact match.
const QuantityRow* FindQuantity(std::string_view name);
// "waiting, running, ...".
std::string QuantityNames();

}  // namespace gpuscaler::catalog
