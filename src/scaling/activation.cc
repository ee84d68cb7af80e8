#include "scaling/activation.h"

#include <string>

#include "base/strings.h"

namespace gpuscaler::scaling {
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

absl::StatusOr<bool> ActivationExceeds(const ActivationSignal& signal,
                                       const absl::StatusOr<engines::SignalView>* view,
                                       base::SteadyTime now, const EvaluationLimits& limits) {
  if (view == nullptr) return absl::UnavailableError("engines are not read here");
  if (!view->ok()) return view->status();
  const absl::StatusOr<double> value = ActivationValue(**view, now, limits);
  if (!value.ok()) return value.status();
  return *value > signal.threshold;
}

}  // namespace gpuscaler::scaling
