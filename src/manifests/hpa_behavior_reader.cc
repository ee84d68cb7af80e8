#include "manifests/hpa_behavior_reader.h"

#include <cmath>

#include "base/strings.h"
#include "manifests/quantity.h"
#include "manifests/yaml_scalar.h"

namespace gpuscaler::manifests {
namespace {

// Of k8s.io/api/autoscaling/v2: HPAScalingRules and HPAScalingPolicy.
constexpr std::string_view kDirections[] = {"scaleUp", "scaleDown"};
constexpr std::string_view kRuleFields[] = {"stabilizationWindowSeconds", "selectPolicy",
                                            "policies", "tolerance"};
constexpr std::string_view kPolicyFields[] = {"type", "value", "periodSeconds"};
constexpr std::string_view kPolicyTypes[] = {"Pods", "Percent"};
constexpr std::string_view kSelectPolicies[] = {"Max", "Min", "Disabled"};
constexpr int64_t kLongestWindow = 3600;
constexpr int64_t kLongestPeriod = 1800;

ScalingPolicy ReadPolicy(const MapReader& map, int line) {
  map.CheckFields("a policy of behavior", kPolicyFields);
  ScalingPolicy policy;
  if (const auto type = map.OneOf("type", kPolicyTypes)) {
    policy.type = *type == "Percent" ? scaling::PolicyType::kPercent : scaling::PolicyType::kPods;
  }
  policy.value = map.Whole("value", 1, INT32_MAX).value_or(1);
  policy.period_seconds = map.Whole("periodSeconds", 1, kLongestPeriod).value_or(15);
  for (const std::string_view field : kPolicyFields) {
    if (map.Find(field) == nullptr) {
      map.Fail(line, base::StrCat("a policy of behavior lacks ", field,
                                  "; it needs type, value and periodSeconds"));
    }
  }
  return policy;
}

// To JSON, in which the API server gets it.
bool IsWhole(double number) {
  return number == std::floor(number) && number < 0x1p63;
}

// KEDA's definition takes a whole number or a string that is a quantity; HPA none below 0.
std::optional<double> ReadTolerance(const MapReader& map, Problems& problems) {
  const YamlEntry* entry = map.Find("tolerance");
  if (entry == nullptr) return std::nullopt;
  const YamlNode& value = *entry->value;
  const std::optional<double> tolerance = ReadQuantity(value.text);
  if (!tolerance || *tolerance < 0) {
    map.Fail(entry->line, base::StrCat(map.PathOf("tolerance"), " is ", Shown(value),
                                       "; it must be a fraction in quotes, \"0.05\", or a quantity "
                                       "like 50m, and not below 0"));
    return std::nullopt;
  }
  if (IsOtherThanText(value) && !IsWhole(*tolerance)) {
    problems.Add(ProblemKind::kNotText, entry->line,
                 base::StrCat(map.PathOf("tolerance"), " is ", value.text,
                              ", and the API server takes it as a string only; put it in quotes: ",
                              Shown(value)));
  }
  return tolerance;
}

std::optional<ScalingRules> ReadRules(const MapReader& behavior, std::string_view direction,
                                      Places& places, Problems& problems) {
  if (!behavior.HasMap(direction)) {
    behavior.Map(direction);  // which says what is wrong, if anything is there
    return std::nullopt;
  }
  const MapReader map = behavior.Map(direction);
  map.CheckFields("behavior", kRuleFields);
  ScalingRules rules;
  rules.stabilization_window_seconds = map.Whole("stabilizationWindowSeconds", 0, kLongestWindow);
  if (const auto select = map.OneOf("selectPolicy", kSelectPolicies)) {
    rules.select_policy = *select == "Max"   ? scaling::SelectPolicy::kMax
                          : *select == "Min" ? scaling::SelectPolicy::kMin
                                             : scaling::SelectPolicy::kDisabled;
  }
  for (const YamlNode* item : map.List("policies")) {
    rules.policies.push_back(
        ReadPolicy(MapReader(item, map.PathOf("policies"), places, problems), item->line));
  }
  rules.tolerance = ReadTolerance(map, problems);
  return rules;
}

}  // namespace

HpaBehavior ReadHpaBehavior(const MapReader& behavior, Places& places, Problems& problems) {
  behavior.CheckFields("behavior", kDirections);
  return {ReadRules(behavior, "scaleUp", places, problems),
          ReadRules(behavior, "scaleDown", places, problems)};
}

}  // namespace gpuscaler::manifests
