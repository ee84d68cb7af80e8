#include "cli/catalog_help.h"

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "catalog/profiles.h"
#include "scaling/trigger.h"

namespace gpuscaler::cli {
namespace {

// As wide as the flags above.
void AppendLine(std::string& out, std::string_view name, bool served, std::string_view meaning) {
  absl::StrAppendFormat(&out, "  %-32s%s%s\n", name, served ? "" : "(not yet) ", meaning);
}

}  // namespace

std::string CatalogHelp() {
  std::string out = "A trigger's metadata (docs/configuration.md):\n";
  for (const scaling::KeyDoc& key : scaling::KeyDocs()) {
    AppendLine(out, key.key, key.implemented, key.meaning);
  }
  out += "\nMetrics, for metricType (docs/metrics.md):\n";
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    if (!row.scalable) continue;
    AppendLine(out, row.name, row.origin == catalog::Origin::kGpu,
               base::StrCat(row.help, " [", row.unit, "]"));
  }
  out += "\nProfiles (docs/configuration.md):\n";
  for (const catalog::ProfileRow& row : catalog::Profiles()) {
    AppendLine(out, row.name, catalog::Row(row.metric).origin == catalog::Origin::kGpu, row.help);
  }
  out += "\nAggregations (docs/metrics.md):\n";
  for (const catalog::AggregationRow& row : catalog::Aggregations()) {
    AppendLine(out, row.name, true, row.help);
  }
  return out;
}

}  // namespace gpuscaler::cli
