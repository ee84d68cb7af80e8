#include "manifests/hpa_behavior_reader.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "base/strings.h"

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

// A quantity of Kubernetes', as people write a tolerance: 0.05, 50m.
std::optional<double> ReadQuantity(std::string_view text) {
  const bool milli = text.ends_with('m');
  if (milli) text.remove_suffix(1);
  double number = 0;
  if (!absl::SimpleAtod(base::ToAbsl(text), &number) || !std::isfinite(number) || number < 0) {
    return std::nullopt;
  }
  return milli ? number / 1000 : number;
}

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
  if (const YamlEntry* tolerance = map.Find("tolerance")) {
    rules.tolerance = ReadQuantity(tolerance->value->text);
    if (!rules.tolerance) {
      map.Fail(tolerance->line, base::StrCat("tolerance is ", Shown(*tolerance->value),
                                             "; it must be a fraction like 0.05"));
    }
  }
  return rules;
}

}  // namespace

HpaBehavior ReadHpaBehavior(const MapReader& behavior, Places& places, Problems& problems) {
  behavior.CheckFields("behavior", kDirections);
  return {ReadRules(behavior, "scaleUp", places, problems),
          ReadRules(behavior, "scaleDown", places, problems)};
}

}  // namespace gpuscaler::manifests
