// A workload's replicas, and what is known of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "scaling/evaluation_limits.h"
#include "scaling/gpu_part.h"
#include "scaling/trigger.h"
#include "telemetry/view.h"

namespace gpuscaler::scaling {

enum class ReplicaState : uint8_t {
  kFresh,    // every GPU of its pods counts, but for lost ones
  kWarming,  // young, and not at work yet: it loads its model
  kMissing,  // its node is silent, or a GPU of it cannot be read
};

// "fresh", "warming", "missing".
std::string_view StateName(ReplicaState state);

struct ReplicaPod {
  const telemetry::Snapshot* node;  // of the view
  const telemetry::Pod* pod;        // of the node's ownership
  ReplicaState state;
  bool told;  // its node says at present who holds its GPUs
  bool idle;  // nothing that it runs has been seen on its GPUs
  // Its GPUs that are on the node; each as Judge says.
  std::vector<GpuPart> gpus;
};

struct Replica {
  std::string_view name;  // a pod's name, or a part of it
  ReplicaState state;
  std::vector<ReplicaPod> pods;
};

// What a view holds of a workload.
struct WorkloadParts {
  std::vector<Replica> replicas;  // ascending name
  size_t fresh = 0;
  size_t warming = 0;
  size_t missing = 0;
  size_t working = 0;  // of the fresh: has been seen at work
  // A GPU of each pod all of whose GPUs lack the metric.
  std::vector<GpuPart> outside;
  telemetry::UntoldNodes untold;  // in the whole view
};

// The replicas of trigger.workload, which is given. Pure. Costs what the nodes cost
// that hold its pods, not what the view costs.
//
// Pods all of whose GPUs lack the metric count as missing beside others; where there are
// no others there is no replica. A missing replica is left out once a younger one has taken its
// place, or after limits.forget_after.
//
// `none_worked_since`: how long there have been replicas and none at work, as far as is
// known. After twice the warm-up none counts as warming any more: they crash again and
// again, each before it has served.
//
// FAILED_PRECONDITION: no node asks who holds its GPUs; a GPU is held by another
// workload too and sharedGpus is `error`.
absl::StatusOr<WorkloadParts> FindReplicas(const Trigger& trigger, const telemetry::View& view,
                                           base::SteadyTime now, const EvaluationLimits& limits,
                                           std::optional<base::SteadyTime> none_worked_since = {});

// "deployment/llm in namespace inference".
std::string WhichWorkload(const WorkloadRef& workload);

}  // namespace gpuscaler::scaling
