#include "scaling/hpa_step.h"

#include <algorithm>

#include "base/strings.h"
#include "scaling/hpa.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

std::string Ratio(const Trigger& trigger, double value) {
  return base::StrCat(NumberText(value), " / ", NumberText(trigger.target));
}

// Without a word of what runs.
HpaStep OfUnknown(const Trigger& trigger, double value) {
  HpaStep step;
  if (trigger.hpa_metric_type == HpaMetricType::kValue) {
    step.text = base::StrCat("Value: ready replicas x ", Ratio(trigger, value),
                             ", rounded up, unless the ratio is within 10% of 1");
    return step;
  }
  step.desired = DesiredReplicas(trigger.hpa_metric_type, value, trigger.target, 0, 0);
  step.text = base::StrCat("AverageValue: ceil(", Ratio(trigger, value), ") = ", *step.desired,
                           ", unless that is within 10% of what runs");
  return step;
}

HpaStep OfNone(const Trigger& trigger, double value, bool active) {
  HpaStep step;
  step.desired = DesiredReplicas(trigger.hpa_metric_type, value, trigger.target, 0, 0);
  step.next = active ? 1 : 0;
  step.text = active ? "nothing runs, and HPA is asleep: KEDA starts the first, for it is active"
                     : "nothing runs, and HPA is asleep until KEDA sees it active";
  return step;
}

// What becomes of `desired`, and when.
std::string Outcome(int64_t desired, int64_t next, int64_t current) {
  if (desired > next) {
    return base::StrCat("; at one look no more than max(2 x ", current, ", 4) = ", next);
  }
  if (desired > current) return base::StrCat("; ", current, " run: up at the next look");
  if (desired == current) return base::StrCat("; ", current, " run: no change");
  return base::StrCat("; ", current, " run: down once nothing higher was wanted for 300 s");
}

}  // namespace

HpaStep NextStep(const Trigger& trigger, double value, bool active,
                 std::optional<int64_t> current) {
  if (!current) return OfUnknown(trigger, value);
  if (*current == 0) return OfNone(trigger, value, active);
  const bool average = trigger.hpa_metric_type == HpaMetricType::kAverageValue;
  HpaStep step;
  step.desired =
      DesiredReplicas(trigger.hpa_metric_type, value, trigger.target, *current, *current);
  step.within_tolerance =
      IsWithinTolerance(trigger.hpa_metric_type, value, trigger.target, *current);
  step.next = std::min(*step.desired, std::max(*current, ScaleUpLimit(*current)));
  const std::string arithmetic =
      average ? base::StrCat("AverageValue: ceil(", Ratio(trigger, value), ")")
              : base::StrCat("Value: ceil(", *current, " x ", Ratio(trigger, value), ")");
  step.text =
      step.within_tolerance
          ? base::StrCat(arithmetic, ", but the ratio is within 10% of 1: ", *current, " stay")
          : base::StrCat(arithmetic, " = ", *step.desired,
                         Outcome(*step.desired, *step.next, *current));
  return step;
}

}  // namespace gpuscaler::scaling
