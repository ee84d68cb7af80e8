#include "lint/rules.h"

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::lint {
namespace {

std::vector<RuleRow> AllRules() {
  std::vector<RuleRow> rows;
  for (const std::span<const RuleRow> part :
       {MetricTypeRules(), AggregationRules(), SignalRules(), WorkloadRules(), SignalAtZeroRules(),
        FromZeroRules(), AdmissionRules(), ReplicaRules(), TimingRules(), ConnectionRules(),
        TlsRules(), AuthenticationRules(), MetadataRules(), ReadingRules()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

bool IsAmong(const RuleRow& rule, std::span<const RuleRow> part) {
  return std::any_of(part.begin(), part.end(),
                     [&rule](const RuleRow& row) { return row.id == rule.id; });
}

}  // namespace

const std::vector<RuleRow>& Rules() {
  static const std::vector<RuleRow> rows = AllRules();
  return rows;
}

bool RuleRow::applies_to_jobs() const {
  if (of_hpa_arithmetic) return false;
  return IsAmong(*this, ConnectionRules()) || IsAmong(*this, TlsRules()) ||
         IsAmong(*this, AuthenticationRules()) || IsAmong(*this, MetadataRules()) ||
         applies_to_others();
}

bool RuleRow::applies_to_others() const {
  return IsAmong(*this, AdmissionRules());
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
