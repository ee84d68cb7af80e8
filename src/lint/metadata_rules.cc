// What the scaler itself says of a trigger's metadata, told before it is deployed.
#include "lint/rules.h"
#include "scaling/number.h"

namespace gpuscaler::lint {
namespace {

using scaling::FaultKind;

void AddRefusals(const CheckedTrigger& trigger, FaultKind kind, Findings& findings) {
  for (const Refusal& refusal : trigger.refusals) {
    if (refusal.fault.kind != kind) continue;
    findings.Add(trigger.LineOf(refusal.fault.key), refusal.message);
  }
}

void UnknownKey(const CheckedTrigger& trigger, Findings& findings) {
  AddRefusals(trigger, FaultKind::kUnknownKey, findings);
}

void OutOfReach(const CheckedTrigger& trigger, Findings& findings) {
  AddRefusals(trigger, FaultKind::kReach, findings);
  const auto ceiling = trigger.read ? trigger.read->ceiling() : std::nullopt;
  if (!ceiling) return;
  const scaling::Trigger& read = *trigger.read;
  const std::string most =
      base::StrCat(scaling::NumberText(*ceiling), read.is_percent() ? "" : " ",
                   read.engine ? read.engine->unit : catalog::Row(read.metric).unit);
  if (read.target > *ceiling) {
    findings.Add(trigger.TargetLine(), "the target is ", scaling::NumberText(read.target), ", and ",
                 trigger.MetricName(), " never exceeds ", most,
                 ": the workload never grows; give one below that");
  }
  // The ceiling itself is allowed, and nothing exceeds it.
  if (read.activation_threshold < *ceiling) return;
  findings.Add(trigger.LineOf("activationThreshold"), "activationThreshold is ",
               scaling::NumberText(read.activation_threshold), ", and ", trigger.MetricName(),
               " never exceeds ", most, ": this trigger is never active; give one below that");
}

void Refused(const CheckedTrigger& trigger, Findings& findings) {
  AddRefusals(trigger, FaultKind::kValue, findings);
  AddRefusals(trigger, FaultKind::kTogether, findings);
}

void ActivationAboveTarget(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || !trigger.object->MayBeZero() || trigger.read->always_active) return;
  const scaling::Trigger& read = *trigger.read;
  if (read.activation_threshold <= read.target) return;
  findings.Add(trigger.LineOf("activationThreshold"), "activationThreshold ",
               scaling::NumberText(read.activation_threshold), " is above the target ",
               scaling::NumberText(read.target),
               ": between them HPA wants more than one replica, and KEDA takes all of them away");
}

constexpr RuleRow kRows[] = {
    {"unknown-key", Severity::kError, "A metadata key that the scaler does not know",
     "The scaler refuses a trigger with a key that it does not know, for a key that does nothing "
     "is a key that somebody believes in. KEDA shows it only as `no metric specs returned`, and "
     "makes no HPA.",
     "Write the key that the message names; docs/configuration.md has all of them.", nullptr,
     UnknownKey},
    {"bad-metadata", Severity::kError, "Metadata that the scaler refuses",
     "A value cannot be read or is out of range, a key is missing, or two contradict each other. "
     "KEDA shows it only as `no metric specs returned`, and makes no HPA.",
     "The message says what is allowed.", nullptr, Refused},
    {"out-of-reach", Severity::kError, "A target or threshold that the metric cannot reach",
     "A percentage never exceeds 100, the temperature of a GPU 120 C. With a target above it the "
     "workload never grows; with an "
     "activation threshold of 100 the trigger is never active.",
     "Give a target and an activation threshold below that, or aggregate with `sum`.", nullptr,
     OutOfReach},
    {"activation-above-target", Severity::kWarning, "An activation threshold above the target",
     "KEDA's activation comes before HPA's arithmetic: with a target of 25 and an activation "
     "threshold of 40, a workload with 39 requests is inactive, and after cooldownPeriod has no "
     "replica, though HPA wants two.",
     "Give an activation threshold well below the target; 0 means that anything wakes it.", nullptr,
     ActivationAboveTarget, kOfHpaArithmetic},
};

}  // namespace

std::span<const RuleRow> MetadataRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
