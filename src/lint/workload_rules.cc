// Whether the workload whose GPUs count is the one that is scaled.
#include <array>

#include "base/json_quote.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

struct KindRow {
  std::string_view kind;      // of scaleTargetRef
  std::string_view workload;  // in `workload`
};
constexpr KindRow kKinds[] = {
    {"Deployment", "deployment"}, {"Rollout", "rollout"}, {"StatefulSet", "statefulset"},
    {"DaemonSet", "daemonset"},   {"Job", "job"},         {"LeaderWorkerSet", "leaderworkerset"},
};

// Empty: of a kind whose pods are another object's, or named by a rule that is not
// known here.
std::string_view WorkloadKindOf(const manifests::ScaleTarget& target) {
  for (const KindRow& row : kKinds) {
    if (row.kind == target.kind) return row.workload;
  }
  return {};
}

// Whether pods named NAME-... can match: as far as the glob is literal text.
bool GlobCanMatch(std::string_view glob, std::string_view name) {
  const std::string_view literal = glob.substr(0, glob.find_first_of("*?"));
  const std::string prefix = base::StrCat(name, "-");
  return literal.size() <= prefix.size() ? std::string_view(prefix).starts_with(literal)
                                         : literal.starts_with(prefix);
}

void NotTarget(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || !trigger.read->workload) return;
  const manifests::ScaleTarget& target = trigger.object->object->target;
  const scaling::WorkloadRef& workload = *trigger.read->workload;
  const std::string_view kind = WorkloadKindOf(target);
  if (kind.empty() || target.name.empty()) return;
  if (workload.kind->name == "pods") {
    if (GlobCanMatch(workload.name, target.name)) return;
    findings.Add(trigger.LineOf("workload"), "workload is ",
                 base::QuotedStart(*trigger.Value("workload")), ", which no pod of scaleTargetRef ",
                 target.kind, " ", target.name, " matches: their names begin with \"", target.name,
                 "-\"; write ", kind, "/", target.name);
    return;
  }
  if (workload.kind->name == kind && workload.name == target.name) return;
  findings.Add(
      trigger.LineOf("workload"), "workload is ", base::QuotedStart(*trigger.Value("workload")),
      ", but scaleTargetRef is ", target.kind, " ", target.name,
      trigger.object->object->places.Has("spec.scaleTargetRef.kind") ? "" : " (kind's default)",
      ": the GPUs of one would scale the other; write ", kind, "/", target.name);
}

void NoNamespace(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.Has("workload") || trigger.object->object->places.Has("metadata.namespace")) return;
  findings.Add(trigger.LineOf("workload"),
               "workload is looked for in the ScaledObject's namespace, "
               "which is not given: it will be the one that kubectl happens to use; give "
               "metadata.namespace");
}

constexpr RuleRow kRows[] = {
    {"workload-not-target", Severity::kError, "A `workload` that is not the scale target",
     "KEDA scales what scaleTargetRef names (kind Deployment where none is given) on the load of "
     "what `workload` names. If they differ, the load does not fall as replicas are added, and HPA "
     "goes on to maxReplicaCount, or there is no replica, and the workload is answered 0.",
     "Name the same object in both, like `workload: statefulset/NAME` and `kind: StatefulSet`. "
     "Targets of other kinds, whose pods belong to an object of another name, are not compared.",
     nullptr, NotTarget},
    {"no-namespace", Severity::kInfo, "A `workload` in a namespace that is not said",
     "The workload is looked for in the ScaledObject's own namespace. Without `metadata.namespace` "
     "that is whatever kubectl's context has when the manifest is applied; in another one no pod "
     "is found.",
     "Give `metadata.namespace`; where Helm or kustomize sets it, check what they make.", nullptr,
     NoNamespace},
};

}  // namespace

std::span<const RuleRow> WorkloadRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
