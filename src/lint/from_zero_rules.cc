// What it takes to start from no replica, and to stay there (docs/scale-from-zero.md).
#include <algorithm>

#include "base/time.h"
#include "lint/rules.h"
#include "scaling/number.h"

namespace gpuscaler::lint {
namespace {

constexpr int64_t kShortestColdStartSeconds = 120;

void PollsFromZero(const CheckedTrigger& trigger, Findings& findings) {
  if (trigger.source->type != "external" || !trigger.object->MayBeZero()) return;
  findings.Add(
      trigger.source->places.LineOf("type"),
      "type is external, and from zero replicas KEDA then asks only every pollingInterval (",
      trigger.object->object->polling_interval_seconds,
      " s); with external-push the start takes less than a second");
}

void NotPushed(const CheckedTrigger& trigger, Findings& findings) {
  if (trigger.source->type != "external" || trigger.object->MayBeZero()) return;
  findings.Add(trigger.source->places.LineOf("type"),
               "type is external: a target that changes in the scaler does not reach HPA; "
               "external-push has a stream for it");
}

bool HasCooldown(const CheckedTrigger& trigger) {
  return trigger.object->MayBeZero() && trigger.read && !trigger.read->always_active;
}

void CooldownBelowColdStart(const CheckedTrigger& trigger, Findings& findings) {
  if (!HasCooldown(trigger)) return;
  const CheckedObject& object = *trigger.object;
  const bool told = trigger.Has("warmupSeconds");
  const double cold_start =
      told ? base::ToSeconds(trigger.read->warmup) : static_cast<double>(kShortestColdStartSeconds);
  const struct {
    std::string_view field, path;
    int64_t seconds;
    bool counts;
  } rows[] = {
      {"cooldownPeriod", "spec.cooldownPeriod", object.object->cooldown_seconds, true},
      // 0 is the default, whether it is said or not.
      {"initialCooldownPeriod", "spec.initialCooldownPeriod",
       object.object->initial_cooldown_seconds, object.object->initial_cooldown_seconds > 0},
  };
  for (const auto& row : rows) {
    if (!row.counts || static_cast<double>(row.seconds) >= cold_start) continue;
    const bool given = object.object->places.Has(row.path);
    findings.Add(
        object.LineOf(row.path), row.field, given ? " is " : " is not given, which means ",
        row.seconds, " s, below ",
        told ? "warmupSeconds, " : "what a GPU workload takes to start, ",
        scaling::NumberText(cold_start),
        " s: a replica can be taken away before it ever served; give at least the time of a "
        "cold start");
  }
}

bool FallbackIsLow(const manifests::Fallback& fallback) {
  return fallback.behavior == "static" || fallback.behavior == "currentReplicasIfLower";
}

void FallbackFlaps(const CheckedObject& object, Findings& findings) {
  const auto& fallback = object.object->fallback;
  if (object.triggers.empty() || !fallback || fallback->replicas != 0 || !object.MayBeZero() ||
      !FallbackIsLow(*fallback)) {
    return;
  }
  findings.Add(object.LineOf("spec.fallback.replicas"), "fallback.replicas is 0 and ",
               object.ZeroText(),
               ": on errors it flaps, 3, 0, 1 and again; leave fallback out, and errors keep the "
               "replicas as they are");
}

void FallbackStarts(const CheckedObject& object, Findings& findings) {
  const auto& fallback = object.object->fallback;
  if (object.triggers.empty() || !fallback || fallback->replicas == 0 || !object.MayBeZero() ||
      fallback->behavior != "static") {
    return;
  }
  findings.Add(
      object.LineOf("spec.fallback.replicas"), "fallback.replicas is ", fallback->replicas, " and ",
      object.ZeroText(),
      ": while a signal cannot be read idle workloads are started, and one that has more is "
      "taken down to exactly that; leave fallback out, or take replicas: 1 with behavior: "
      "currentReplicasIfHigher");
}

constexpr RuleRow kRows[] = {
    {"external-from-zero", Severity::kWarning,
     "Type `external` where a push should start the workload",
     "With type `external` KEDA finds out on a poll, after up to pollingInterval (30 s). With "
     "`external-push` it is told within 150 ms.",
     "`type: external-push`. Nothing else changes.", nullptr, PollsFromZero},
    {"external-not-push", Severity::kInfo, "Type `external` instead of `external-push`",
     "With type `external` HPA's target is read once. A target that the scaler changes later, a "
     "profile's in a new version say, does not reach an existing HPA.",
     "`type: external-push`. Nothing else changes.", nullptr, NotPushed},
    {"cooldown-below-cold-start", Severity::kWarning, "A cooldown shorter than a cold start",
     "A node comes, an image is pulled, weights are loaded: minutes. KEDA takes a workload to zero "
     "cooldownPeriod (300 s) after the last activity, also one that has not served yet, and right "
     "after the ScaledObject was made if initialCooldownPeriod is over.",
     "Measure the cold start. Set `warmupSeconds` above it and `cooldownPeriod` at least to it.",
     nullptr, CooldownBelowColdStart},
    {"fallback-flaps", Severity::kError, "`fallback.replicas: 0` of a workload that goes to zero",
     "On errors KEDA makes HPA ask for 0, which it turns into 1, while KEDA takes the workload to "
     "zero: the replicas flap, 3, 0, 1 and again.",
     "Leave `fallback` out: an error then keeps the replicas as they are.", FallbackFlaps},
    {"fallback-from-zero", Severity::kWarning, "A fallback that starts idle workloads",
     "While a router cannot be read, or has no series yet, each idle workload gets "
     "fallback.replicas, and "
     "a busy one with more is taken down to exactly that.",
     "Leave `fallback` out. Where a router has its series only once a backend was ready: "
     "`replicas: 1` and `behavior: currentReplicasIfHigher`.",
     FallbackStarts},
};

}  // namespace

std::span<const RuleRow> FromZeroRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
