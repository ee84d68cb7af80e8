// Which pods are a workload's, told by their names.
#pragma once

#include <optional>
#include <set>
#include <string_view>

#include "scaling/trigger.h"
#include "telemetry/ownership.h"

namespace gpuscaler::scaling {

// A name may fit two workloads: what tells them apart are pods whose names fit one (`doubt` and
// `proof` of catalog::WorkloadKindRow). So all pods are heard first. They and `workload` must
// outlive it.
class OwnPods {
 public:
  explicit OwnPods(const WorkloadRef& workload) : workload_(workload) {}

  void Hear(const telemetry::Pod& pod);
  // Of the workload, a part of the pod's name; empty: the pod is none of its.
  std::optional<std::string_view> ReplicaOf(const telemetry::Pod& pod) const;

 private:
  const WorkloadRef& workload_;
  std::set<std::string_view> of_others_;  // proofs
};

}  // namespace gpuscaler::scaling
