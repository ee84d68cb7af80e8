#include "catalog/workload_name.h"

namespace gpuscaler::catalog {
namespace {

struct Rule {
  const WorkloadKindRow* kind;
  bool of_two;       // the workload's name is the pod's without its last two parts
  bool is_of_group;  // only where the replica is not the pod itself
};

// `leaderworkerset` also reads NAME-GROUP, as a StatefulSet's.
const Rule kRules[] = {
    {FindWorkloadKind("deployment"), true, false},
    {FindWorkloadKind("leaderworkerset"), true, true},
    {FindWorkloadKind("job"), true, false},
    {FindWorkloadKind("statefulset"), false, false},
    {FindWorkloadKind("job"), false, false},
};

}  // namespace

WorkloadName WorkloadOf(std::string_view pod) {
  const PodStems stems = StemsOf(pod);
  for (const Rule& rule : kRules) {
    const std::string_view name = rule.of_two ? stems.two : stems.one;
    if (name.empty()) continue;
    const auto replica = rule.kind->replica(pod, name);
    if (replica && (!rule.is_of_group || replica->size() < pod.size())) {
      return {rule.kind, name, *replica};
    }
  }
  static const WorkloadKindRow* const pods = FindWorkloadKind("pods");
  return {pods, pod, pod};
}

}  // namespace gpuscaler::catalog
