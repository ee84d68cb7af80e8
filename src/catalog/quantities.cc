#include "catalog/quantities.h"

#include <array>
#include <cstddef>

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

// clang-format off
constexpr std::array<QuantityRow, 6> kQuantities = {{
    {Quantity::kWaiting, "waiting", "requests",
     "Requests that wait for the engine.",
     Kind::kTotal, Aggregation::kSum},
    {Quantity::kRunning, "running", "requests",
     "Requests that the engine works on.",
     Kind::kTotal, Aggregation::kSum, true},
    {Quantity::kInflight, "inflight", "requests",
     "Requests waiting and running.",
     Kind::kTotal, Aggregation::kSum},
    {Quantity::kKvUsage, "kv_usage", "%",
     "KV cache in use; of several engines behind one address the fullest.",
     Kind::kIntensity, Aggregation::kAvg, true},
    {Quantity::kQueueWaitMs, "queue_wait_ms", "ms",
     "Mean time that a request waited in the queue, of those answered between the two newest scrapes.",
     Kind::kIntensity, Aggregation::kAvg},
    {Quantity::kRequestRate, "request_rate", "requests/s",
     "Requests per second, over the last 5 seconds.",
     Kind::kTotal, Aggregation::kSum},
}};
// clang-format on

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kQuantities.size(); ++i) {
    if (kQuantities[i].id != static_cast<Quantity>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInOrder(), "a row's place is its Quantity's value");

}  // namespace

std::span<const QuantityRow> Quantities() {
  return kQuantities;
}

const QuantityRow& Row(Quantity quantity) {
  return kQuantities[static_cast<size_t>(quantity)];
}

const QuantityRow* FindQuantity(std::string_view name) {
  for (const QuantityRow& row : kQuantities) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string QuantityNames() {
  std::string names;
  for (const QuantityRow& row : kQuantities) base::AppendItem(&names, row.name);
  return names;
}

}  // namespace gpuscaler::catalog
