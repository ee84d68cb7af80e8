#include "scaling/activation.h"

#include <string>

#include "base/strings.h"

namespace gpuscaler::scaling {
namespace {

struct Sum {
  double known = 0;
  bool any = false;
  // Of an address that may add to it; OK: there is none.
  absl::Status unknown;
  // Of one that has answered and has no such series.
  absl::Status absent;
};

Sum SumOver(const engines::SignalView& view, base::SteadyTime now, base::Duration stale_after) {
  Sum sum;
  for (const engines::SignalAddress& address : view.addresses) {
    const bool fresh = address.read_at && now - *address.read_at <= stale_after;
    if (fresh && address.value.ok()) {
      sum.any = true;
      sum.known += *address.value;
    } else if (fresh && address.absent) {
      sum.absent = address.value.status();
    } else {
      sum.unknown = fresh || address.status.ok() ? address.value.status() : address.status;
    }
  }
  if (sum.unknown.ok() && view.surplus > 0) {
    sum.unknown = absl::ResourceExhaustedError(
        base::StrCat(view.surplus, " of its addresses are not read, there are too many"));
  }
  return sum;
}

}  // namespace

absl::StatusOr<bool> ActivationExceeds(const ActivationSignal& signal,
                                       const absl::StatusOr<engines::SignalView>* view,
                                       base::SteadyTime now, const EvaluationLimits& limits) {
  if (view == nullptr) return absl::UnavailableError("engines are not read here");
  if (!view->ok()) return view->status();
  const Sum sum = SumOver(**view, now, limits.stale_after);
  if (sum.any && sum.known > signal.threshold) return true;
  if (sum.any && sum.unknown.ok()) return false;
  const absl::Status& why = !sum.unknown.ok()  ? sum.unknown
                            : !sum.absent.ok() ? sum.absent
                                               : (*view)->resolution;
  const std::string which =
      base::StrCat("activation: ", (*view)->signal, " at ", (*view)->endpoint);
  if (why.ok() || !(*view)->settled) return absl::UnavailableError(which + " was not read yet");
  return absl::Status(absl::IsNotFound(why) ? absl::StatusCode::kUnavailable : why.code(),
                      base::StrCat(which, ": ", base::Message(why)));
}

}  // namespace gpuscaler::scaling
