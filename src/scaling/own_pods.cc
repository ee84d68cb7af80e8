#include "scaling/own_pods.h"

namespace gpuscaler::scaling {

void OwnPods::Hear(const telemetry::Pod& pod) {
  if (workload_.kind->proof == nullptr || pod.pod_namespace != workload_.pod_namespace) return;
  if (const auto proof = workload_.kind->proof(pod.name, workload_.name)) {
    of_others_.insert(*proof);
  }
}

std::optional<std::string_view> OwnPods::ReplicaOf(const telemetry::Pod& pod) const {
  if (pod.pod_namespace != workload_.pod_namespace) return std::nullopt;
  const auto replica = workload_.kind->replica(pod.name, workload_.name);
  if (!replica || of_others_.empty()) return replica;
  const auto doubt = workload_.kind->doubt(pod.name, workload_.name);
  return doubt && of_others_.contains(*doubt) ? std::nullopt : replica;
}

}  // namespace gpuscaler::scaling
