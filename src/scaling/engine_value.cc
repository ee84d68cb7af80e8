#include "scaling/engine_value.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "scaling/aggregate.h"
#include "scaling/number.h"
#include "scaling/workload_value.h"

namespace gpuscaler::scaling {
namespace {

using engines::SignalAddress;
using engines::SignalView;

std::string Which(const SignalView& view) {
  return base::StrCat(view.signal, " at ", view.endpoint);
}

AddressPart Judge(const SignalAddress& address, base::SteadyTime now, base::Duration stale_after) {
  AddressPart part;
  part.address = address.address;
  if (!address.read_at) {
    part.why = address.status.ok() ? absl::UnavailableError("it was not read yet") : address.status;
  } else if (now - *address.read_at > stale_after) {
    part.why = absl::UnavailableError(
        base::StrCat("its newest answer is ", base::FormatSeconds(now - *address.read_at), " old",
                     address.status.ok() ? "" : ": ", base::Message(address.status)));
  } else if (!address.value.ok()) {
    // It told nothing then, and now it does not answer.
    part.why = address.status.ok() ? address.value.status() : address.status;
  } else {
    part.value = *address.value;
  }
  return part;
}

// Up to three of those that are missing, and why.
std::string Missing(const Evaluation& evaluation) {
  constexpr size_t kMostNamed = 3;
  std::string text;
  size_t named = 0;
  for (const AddressPart& part : evaluation.addresses) {
    if (part.why.ok()) continue;
    if (named++ < kMostNamed) {
      base::StrAppend(&text, named == 1 ? "" : "; ", part.address, ": ", base::Message(part.why));
    }
  }
  if (named > kMostNamed) base::StrAppend(&text, "; and ", named - kMostNamed, " more");
  return text;
}

// Nothing is known, and nothing was ever; or the name has no address now.
absl::Status WithoutAddress(const Trigger& trigger, const SignalView& view) {
  if (!view.settled) {
    return absl::UnavailableError(base::StrCat(Which(view), " was not read yet"));
  }
  const bool none = absl::IsNotFound(view.resolution);
  if (none && (view.once_resolved || trigger.activation)) return absl::OkStatus();
  if (none) {
    return absl::UnavailableError(base::StrCat(
        Which(view), ": the name has no address: ", base::Message(view.resolution),
        "; where there may be none, activationEndpoint tells when there is to be one"));
  }
  if (!view.resolution.ok()) {
    return absl::Status(view.resolution.code(),
                        base::StrCat(Which(view), ": ", base::Message(view.resolution)));
  }
  return absl::UnavailableError(base::StrCat(Which(view), " has no address that may be read"));
}

// All that were read lack the series: a mistake, not a failure.
absl::Status NoneFresh(const SignalView& view, const Evaluation& evaluation) {
  const bool absent =
      std::all_of(evaluation.addresses.begin(), evaluation.addresses.end(),
                  [](const AddressPart& part) { return absl::IsFailedPrecondition(part.why); });
  const std::string message =
      base::StrCat(Which(view), " is not known at any of its ", evaluation.addresses.size(),
                   " addresses; ", Missing(evaluation));
  return absent ? absl::FailedPreconditionError(message) : absl::UnavailableError(message);
}

}  // namespace

absl::Status EvaluateEngine(const Trigger& trigger, const EvaluationLimits& limits,
                            const absl::StatusOr<SignalView>* said, Evaluation& evaluation) {
  if (said == nullptr) return absl::UnavailableError("engines are not read here");
  if (!said->ok()) return said->status();
  const SignalView& view = **said;
  std::vector<double> values;
  for (const SignalAddress& address : view.addresses) {
    AddressPart part = Judge(address, evaluation.evaluated_at, limits.stale_after);
    if (part.why.ok()) {
      values.push_back(part.value);
      if (part.value > trigger.activation_threshold) evaluation.exceeds = true;
    }
    evaluation.addresses.push_back(std::move(part));
  }
  // Those that are too many to be read are there all the same.
  const ReplicaCounts counts = {values.size(), 0,
                                view.addresses.size() - values.size() + view.surplus};
  evaluation.counted = counts.fresh;
  evaluation.missing_addresses = counts.missing;
  if (counts.fresh == 0 && counts.missing == 0) return WithoutAddress(trigger, view);
  if (counts.fresh == 0) return NoneFresh(view, evaluation);
  const auto all = static_cast<double>(counts.fresh + counts.missing);
  if (100.0 * static_cast<double>(counts.fresh) < trigger.min_coverage_percent * all) {
    return absl::UnavailableError(
        base::StrCat(Which(view), " is known at ", counts.fresh, " of ",
                     counts.fresh + counts.missing, " addresses, minCoveragePercent is ",
                     NumberText(trigger.min_coverage_percent), "; ", Missing(evaluation)));
  }
  evaluation.aggregate = Combined(trigger.aggregation, values);
  evaluation.value = std::max(WorkloadValue(trigger, evaluation.aggregate, counts), 0.0);
  return absl::OkStatus();
}

}  // namespace gpuscaler::scaling
