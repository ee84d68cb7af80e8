#include "lint/rules.h"

#include "base/strings.h"

namespace gpuscaler::lint {
namespace {

std::vector<RuleRow> AllRules() {
  std::vector<RuleRow> rows;
  for (const std::span<const RuleRow> part :
       {MetricTypeRules(), AggregationRules(), SignalRules(), WorkloadRules(), SignalAtZeroRules(),
        FromZeroRules(), ReplicaRules(), TimingRules(), ConnectionRules(), MetadataRules(),
        ReadingRules()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

}  // namespace

const std::vector<RuleRow>& Rules() {
  static const std::vector<RuleRow> rows = AllRules();
  return rows;
}

const RuleRow* FindRule(std::string_view id) {
  for (const RuleRow& row : Rules()) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

std::string RuleNames() {
  std::string names;
  for (const RuleRow& row : Rules()) base::AppendItem(&names, row.id);
  return names;
}

}  // namespace gpuscaler::lint
