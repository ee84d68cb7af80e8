#include "scaling/activation.h"

#include "base/strings.h"

namespace gpuscaler::scaling {
namespace {

bool HasReplicas(const Evaluation& evaluation) {
  const WorkloadParts& workload = evaluation.workload;
  return workload.fresh + workload.warming + workload.missing > 0 ||
         !evaluation.addresses.empty() || evaluation.missing_addresses > 0;
}

}  // namespace

absl::StatusOr<double> ActivationValue(const engines::SignalView& view, base::SteadyTime now,
                                       const EvaluationLimits& limits) {
  const std::string which = base::StrCat("activation: ", view.signal, " at ", view.endpoint);
  double sum = 0;
  bool any = false;
  absl::Status why = view.resolution;
  for (const engines::SignalAddress& address : view.addresses) {
    const bool fresh = address.read_at && now - *address.read_at <= limits.stale_after;
    if (fresh && address.value.ok()) {
      any = true;
      sum += *address.value;
    } else {
      why = fresh || address.status.ok() ? address.value.status() : address.status;
    }
  }
  if (any) return sum;
  if (why.ok() || !view.settled) return absl::UnavailableError(which + " was not read yet");
  return absl::Status(absl::IsNotFound(why) ? absl::StatusCode::kUnavailable : why.code(),
                      base::StrCat(which, ": ", base::Message(why)));
}

absl::Status Activate(const Trigger& trigger, const absl::StatusOr<double>& signal,
                      std::optional<base::SteadyTime> last_sign, Evaluation& evaluation) {
  if (evaluation.active) return absl::OkStatus();
  const bool now = signal.ok() && *signal > trigger.activation->threshold;
  const bool lately = last_sign && evaluation.evaluated_at - *last_sign <= trigger.warmup &&
                      !HasReplicas(evaluation);
  if (!now && !lately) return signal.status();
  evaluation.active = true;
  evaluation.active_reason = now ? ActiveReason::kActivationSignal : ActiveReason::kReplicaAwaited;
  return absl::OkStatus();
}

}  // namespace gpuscaler::scaling
