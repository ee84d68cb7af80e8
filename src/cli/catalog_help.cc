#include "cli/catalog_help.h"

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "catalog/aggregations.h"
#include "catalog/engines.h"
#include "catalog/metrics.h"
#include "catalog/profiles.h"
#include "catalog/quantities.h"
#include "scaling/trigger.h"

namespace gpuscaler::cli {
namespace {

// As wide as the flags above.
void AppendLine(std::string& out, std::string_view name, std::string_view meaning) {
  absl::StrAppendFormat(&out, "  %-32s%s\n", name, meaning);
}

}  // namespace

std::string CatalogHelp() {
  std::string out = "A trigger's metadata (docs/configuration.md):\n";
  for (const scaling::KeyDoc& key : scaling::KeyDocs()) {
    AppendLine(out, key.key, key.meaning);
  }
  out += "\nMetrics, for metricType (docs/metrics.md):\n";
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    if (!row.scalable) continue;
    AppendLine(out, row.name, base::StrCat(row.help, " [", row.unit, "]"));
  }
  out += "\nQuantities, for metricType with engine (docs/metrics.md):\n";
  for (const catalog::QuantityRow& row : catalog::Quantities()) {
    AppendLine(out, row.name, base::StrCat(row.help, " [", row.unit, "]"));
  }
  out += "\nEngines:\n";
  for (const catalog::EngineRow& row : catalog::Engines()) AppendLine(out, row.name, row.help);
  out += "\nProfiles (docs/configuration.md):\n";
  for (const catalog::ProfileRow& row : catalog::Profiles()) {
    AppendLine(out, row.name, row.help);
  }
  out += "\nAggregations (docs/metrics.md):\n";
  for (const catalog::AggregationRow& row : catalog::Aggregations()) {
    AppendLine(out, row.name, row.help);
  }
  return out;
}

}  // namespace gpuscaler::cli
