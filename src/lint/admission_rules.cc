// What KEDA's admission refuses of an object, whoever's its triggers are.
#include <algorithm>
#include <map>

#include "base/json_quote.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

void ReplicaBounds(const CheckedObject& object, Findings& findings) {
  const manifests::ScaledObject& given = *object.object;
  if (given.is_job || !given.counts_known) return;
  // As KEDA checks it: a minReplicaCount that is given is 1 at least.
  const bool has_min = given.places.Has("spec.minReplicaCount");
  const int64_t least = has_min ? std::max<int64_t>(given.min_replicas, 1) : 0;
  if (given.max_replicas < least) {
    findings.Add(object.LineOf("spec.maxReplicaCount"), "maxReplicaCount is ", given.max_replicas,
                 ", below minReplicaCount ", given.min_replicas,
                 ": KEDA refuses it; give at least that");
  }
  if (!given.idle_replicas) return;
  const int64_t idle = *given.idle_replicas;
  // KEDA takes one below minReplicaCount, though it does not work.
  if (idle != 0 && (idle >= least || !object.triggers.empty())) {
    findings.Add(object.LineOf("spec.idleReplicaCount"), "idleReplicaCount is ", idle,
                 ", and only 0 works; for a base of replicas use "
                 "minReplicaCount alone");
  } else if (idle == 0 && least == 0) {
    findings.Add(
        object.LineOf("spec.idleReplicaCount"),
        "idleReplicaCount is 0 and minReplicaCount is not given: KEDA wants the idle count "
        "below minReplicaCount; give minReplicaCount, or leave idleReplicaCount out");
  }
}

// A ScaledJob has jobTargetRef.
void NoTarget(const CheckedObject& object, Findings& findings) {
  const manifests::ScaledObject& given = *object.object;
  if (given.is_job || !given.target.name.empty()) return;
  if (given.places.IsRefused("spec.scaleTargetRef.name")) return;
  findings.Add(object.LineOf("spec.scaleTargetRef"),
               "scaleTargetRef has no name: KEDA does not know what to scale; give "
               "scaleTargetRef.name");
}

void SameTriggerName(const CheckedObject& object, Findings& findings) {
  std::map<std::string_view, int> seen;
  for (const auto& [name, line] : object.object->trigger_names) {
    const auto [first, is_new] = seen.emplace(name, line);
    if (is_new) continue;
    findings.Add(line, "a trigger is called ", base::QuotedStart(name), " as the one in line ",
                 first->second, " is: KEDA refuses it; give each its own name");
  }
}

constexpr RuleRow kRows[] = {
    {"no-scale-target", Severity::kError, "A ScaledObject without a scale target",
     "KEDA refuses it.",
     "Give `scaleTargetRef.name`, and `apiVersion` and `kind` unless it is a "
     "Deployment.",
     NoTarget},
    {"replica-bounds", Severity::kError, "Replica counts that contradict each other",
     "KEDA refuses a minReplicaCount above maxReplicaCount and an idleReplicaCount that is not "
     "below minReplicaCount. An idleReplicaCount other than 0 does not work, for HPA goes to its "
     "own minimum.",
     "`0 <= minReplicaCount <= maxReplicaCount`; `idleReplicaCount: 0` with a minReplicaCount, or "
     "none.",
     ReplicaBounds},
    {"same-trigger-name", Severity::kError, "Two triggers of one name",
     "KEDA wants the names of an object's triggers to differ, a ScaledJob's too.",
     "Give each its own `name`.", SameTriggerName},
};

}  // namespace

std::span<const RuleRow> AdmissionRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
