// What a trigger makes of a view: the number, whether the workload is active,
// and why. The explanation is part of the result, not a log line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/signal/signal_view.h"
#include "scaling/gpu_part.h"
#include "scaling/replica.h"
#include "scaling/trigger.h"
#include "telemetry/view.h"

namespace gpuscaler::scaling {

enum class ActiveReason : uint8_t {
  kNothingExceeds,  // inactive
  kGpuExceeds,      // a GPU that takes part exceeds the activation threshold
  kAggregateExceeds,
  kReplicaWarming,    // a replica is loading its model
  kReplicaMissing,    // what a replica does is not known
  kAlwaysActive,      // the profile says so
  kEngineExceeds,     // an address of the engine exceeds the activation threshold
  kActivationSignal,  // it exceeds its threshold
  kReplicaAwaited,    // it did lately, and no replica has come yet
};

// What an address behind the endpoint's name said.
struct AddressPart {
  std::string address;
  absl::Status why;  // OK: it counts; else why it is missing
  double value = 0;
};

// What engines say of the trigger's signals; nullptr: it has none. An error: they cannot
// be read.
struct EngineReadings {
  const absl::StatusOr<engines::SignalView>* metric = nullptr;
  const absl::StatusOr<engines::SignalView>* activation = nullptr;
  std::optional<base::SteadyTime> last_sign;  // when the activation signal last exceeded
};

struct Evaluation {
  std::shared_ptr<const telemetry::View> view;  // keeps the pointers of `gpus` alive
  base::SteadyTime evaluated_at = {};
  double value = 0;      // reported to KEDA: finite, >= 0
  double aggregate = 0;  // across the counted GPUs
  bool active = false;
  ActiveReason active_reason = ActiveReason::kNothingExceeds;
  size_t counted = 0;
  // Nodes that a value should come from: one without a GPU, and one whose GPUs
  // are all of another index or lack the metric, is none of them.
  size_t nodes = 0;
  size_t fresh_nodes = 0;  // of these, with at least one GPU counted
  // Every GPU in view, in the view's order; with a workload those of its fresh
  // replicas, each once, in the order of the replicas.
  std::vector<GpuPart> gpus;
  // With a workload.
  WorkloadParts workload;
  bool held = false;  // no replica is fresh: the value makes HPA hold
  // Of a metric that engines tell.
  std::vector<AddressPart> addresses;
  size_t missing_addresses = 0;
};

// Pure. `view` is not null. With a workload by the rules of docs/design.md, "How
// the number is made". Errors: UNAVAILABLE, saying since when and why, where
// no fresh reading exists, or from too few nodes, or not from every readable GPU
// of a sum; FAILED_PRECONDITION where no GPU in view has the metric or the
// gpuIndex, or no node has a GPU, and as FindReplicas does. With an engine's metric as
// CountAddresses does, with an activation signal also as Activate does.
absl::StatusOr<Evaluation> Evaluate(const Trigger& trigger,
                                    std::shared_ptr<const telemetry::View> view,
                                    base::SteadyTime now, const EvaluationLimits& limits,
                                    const EngineReadings& engines = {});

// The same, and where there is no value all the same what was found out before that: the
// parts and why they do not count. `value` and `active` are then nothing's.
struct Findings {
  Evaluation evaluation;
  absl::Status status;  // as Evaluate's
};
Findings EvaluateInFull(const Trigger& trigger, std::shared_ptr<const telemetry::View> view,
                        base::SteadyTime now, const EvaluationLimits& limits,
                        const EngineReadings& engines = {});

}  // namespace gpuscaler::scaling
