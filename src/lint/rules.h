// The table of rules: `lint --rules`, docs/lint.md and every finding come from its rows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lint/rule.h"
#include "manifests/problem.h"

namespace gpuscaler::lint {

// All rules, by subject; each id once.
const std::vector<RuleRow>& Rules();
// nullptr: no rule of this id. Exact match.
const RuleRow* FindRule(std::string_view id);
// "two-replica-trap, ...".
std::string RuleNames();

// The rules that come out of reading a file rather than of an object.
const RuleRow& RuleOf(manifests::ProblemKind kind);
const RuleRow& UnknownRule();

// The table's parts.
std::span<const RuleRow> ReadingRules();
std::span<const RuleRow> MetadataRules();
std::span<const RuleRow> MetricTypeRules();
std::span<const RuleRow> SignalRules();
std::span<const RuleRow> WorkloadRules();
std::span<const RuleRow> SignalAtZeroRules();
std::span<const RuleRow> FromZeroRules();
std::span<const RuleRow> AdmissionRules();
std::span<const RuleRow> ReplicaRules();
std::span<const RuleRow> TimingRules();
std::span<const RuleRow> ConnectionRules();
std::span<const RuleRow> TlsRules();
std::span<const RuleRow> AuthenticationRules();
std::span<const RuleRow> AggregationRules();

}  // namespace gpuscaler::lint
