#include "scaling/hpa_behavior.h"

#include <algorithm>
#include <cmath>

namespace gpuscaler::scaling {
namespace {

constexpr base::Duration kDefaultPeriod = std::chrono::seconds(15);

int64_t ChangesSince(const std::deque<ScaleEvent>& events, base::SteadyTime since) {
  int64_t changes = 0;
  for (const ScaleEvent& event : events) {
    if (event.at > since) changes += event.change;
  }
  return changes;
}

// What ran when the policy's period began, going by the HPA's own changes.
int64_t AtPeriodStart(const ScalingPolicy& policy, int64_t current, const ScaleEvents& events,
                      base::SteadyTime now) {
  const base::SteadyTime since = now - policy.period;
  return current - ChangesSince(events.up, since) + ChangesSince(events.down, since);
}

double Share(const ScalingPolicy& policy) {
  return static_cast<double>(policy.value) / 100;
}

// Rounded up, or one percent of a few pods would never be a pod.
int64_t HighestOf(const ScalingPolicy& policy, int64_t start) {
  if (policy.type == PolicyType::kPods) return start + policy.value;
  return static_cast<int64_t>(std::ceil(static_cast<double>(start) * (1 + Share(policy))));
}

// Cut, as the controller's conversion to an integer does.
int64_t LowestOf(const ScalingPolicy& policy, int64_t start) {
  if (policy.type == PolicyType::kPods) return start - policy.value;
  return static_cast<int64_t>(static_cast<double>(start) * (1 - Share(policy)));
}

// The greatest of the policies' limits, or the smallest.
template <class Limit>
int64_t Select(const ScalingRules& rules, bool greatest, const Limit& limit) {
  int64_t selected = limit(rules.policies.front());
  for (const ScalingPolicy& policy : rules.policies) {
    selected = greatest ? std::max(selected, limit(policy)) : std::min(selected, limit(policy));
  }
  return selected;
}

}  // namespace

ScalingRules DefaultScaleUpRules() {
  return {.policies = {{PolicyType::kPods, 4, kDefaultPeriod},
                       {PolicyType::kPercent, 100, kDefaultPeriod}}};
}

ScalingRules DefaultScaleDownRules() {
  return {.stabilization = std::chrono::seconds(300),
          .policies = {{PolicyType::kPercent, 100, kDefaultPeriod}}};
}

// As the controller does: the new event takes the place of the last one that no policy of
// its own direction looks at any more, though one of the other direction might.
void Remember(const ScaleEvent& event, const ScalingRules& rules, std::deque<ScaleEvent>& past) {
  base::Duration longest = {};
  for (const ScalingPolicy& policy : rules.policies) longest = std::max(longest, policy.period);
  const auto outdated = std::find_if(past.rbegin(), past.rend(), [&](const ScaleEvent& earlier) {
    return earlier.at < event.at - longest;
  });
  if (outdated != past.rend()) {
    *outdated = event;
  } else {
    past.push_back(event);
  }
}

int64_t HighestAllowed(const ScalingRules& rules, int64_t current, const ScaleEvents& events,
                       base::SteadyTime now) {
  if (rules.select == SelectPolicy::kDisabled || rules.policies.empty()) return current;
  const int64_t highest =
      Select(rules, rules.select == SelectPolicy::kMax, [&](const ScalingPolicy& policy) {
        return HighestOf(policy, AtPeriodStart(policy, current, events, now));
      });
  return std::max(highest, current);
}

int64_t LowestAllowed(const ScalingRules& rules, int64_t current, const ScaleEvents& events,
                      base::SteadyTime now) {
  if (rules.select == SelectPolicy::kDisabled || rules.policies.empty()) return current;
  const int64_t lowest =
      Select(rules, rules.select == SelectPolicy::kMin, [&](const ScalingPolicy& policy) {
        return LowestOf(policy, AtPeriodStart(policy, current, events, now));
      });
  return std::min(lowest, current);
}

}  // namespace gpuscaler::scaling
