// What a trigger makes of a view: the number, whether the workload is active,
// and why. The explanation is part of the result, not a log line.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/signal/signal_view.h"
#include "scaling/activity.h"
#include "scaling/evaluation_limits.h"
#include "scaling/gpu_part.h"
#include "scaling/replica.h"
#include "scaling/trigger.h"
#include "telemetry/view.h"

namespace gpuscaler::scaling {

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
};

// What earlier evaluations have seen; empty: nothing.
struct Past {
  std::optional<base::SteadyTime> last_sign;          // the activation signal exceeded
  std::optional<base::SteadyTime> none_worked_since;  // of the workload's replicas
};

struct Evaluation {
  std::shared_ptr<const telemetry::View> view;  // keeps the pointers of `gpus` alive
  base::SteadyTime evaluated_at = {};
  double value = 0;      // reported to KEDA: finite, >= 0
  double aggregate = 0;  // across the counted GPUs
  bool exceeds = false;  // a GPU or address that counts exceeds the activation threshold
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

// What was found out, as far as it goes: the parts and why they do not count are told of
// an error too. The value and whether the workload is active are known apart from each other.
struct Findings {
  Evaluation evaluation;
  // Why there is no value, so `value`, `aggregate` and `held` are nothing's: UNAVAILABLE,
  // saying since when and why, where no fresh reading exists, or from too few nodes, or not
  // from every readable GPU of a sum; FAILED_PRECONDITION where no GPU in view has the metric
  // or the gpuIndex, or no node has a GPU; where there are GPUs that the view
  // does not show, the limits' `unseen`. With a workload and with an engine's metric as
  // EvaluateWorkload and EvaluateEngine do.
  absl::Status value_status;
  // Why it is not known whether it is active, so `active` is nothing's: as DecideActivity does.
  absl::Status active_status;
};

// Pure. `view` is not null. With a workload by the rules of docs/design.md, "How the number
// is made".
Findings EvaluateInFull(const Trigger& trigger, std::shared_ptr<const telemetry::View> view,
                        base::SteadyTime now, const EvaluationLimits& limits,
                        const EngineReadings& engines = {}, const Past& past = {});

// For whom it must be known whole: the error of the value, else of the activity.
absl::StatusOr<Evaluation> Evaluate(const Trigger& trigger,
                                    std::shared_ptr<const telemetry::View> view,
                                    base::SteadyTime now, const EvaluationLimits& limits,
                                    const EngineReadings& engines = {}, const Past& past = {});

}  // namespace gpuscaler::scaling
