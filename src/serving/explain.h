// Explain: the evaluation that KEDA is answered from, and all that went into it.
#pragma once

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "decision.pb.h"
#include "scaling/evaluation.h"
#include "serving/external_scaler.h"

namespace gpuscaler::serving {

// Of GPUs, replicas and addresses each, unless the request says otherwise.
inline constexpr size_t kListedParts = 64;
inline constexpr size_t kMostListedParts = 1024;

// What is answered of `findings`, which the trigger gave. `value`: what is reported of
// them, the average with a window. Pure.
struct Explained {
  const externalscaler::ScaledObjectRef& object;
  const scaling::Trigger& trigger;
  const scaling::Findings& findings;
  std::optional<double> window_average;  // empty: no past is kept
  std::optional<int64_t> current_replicas;
  size_t most_parts = kListedParts;
  base::WallTime at;
};
decision::v1::Decision DescribeFindings(const Explained& explained);

// By the rules of GetMetrics and IsActive, from the newest view; keeps nothing. Any
// thread. Never an error: that is in the decision. Empty: an endpoint that the trigger
// names is first read, and `may_wait`.
std::optional<absl::StatusOr<decision::v1::Decision>> Explain(
    const decision::v1::ExplainRequest& request, const ScalerContext& context, base::SteadyTime now,
    base::WallTime at, bool may_wait);

}  // namespace gpuscaler::serving
