// KEDA's ExternalScaler: what each RPC answers, as plain functions from request
// and view to reply. They read memory only and never wait.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "externalscaler.pb.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"
#include "serving/role.h"
#include "serving/value_windows.h"
#include "telemetry/store.h"

namespace gpuscaler::serving {

struct ScalerContext {
  const telemetry::Store& store;
  ValueWindows& windows;
  scaling::EvaluationLimits limits;
  const Role& role;
};

// From the newest view, as scaling::Evaluate, once that is complete.
absl::StatusOr<scaling::Evaluation> EvaluateNewest(const scaling::Trigger& trigger,
                                                   const ScalerContext& context,
                                                   base::SteadyTime now);

// Kubernetes' own limits, in bytes.
inline constexpr size_t kLongestName = 253;
inline constexpr size_t kLongestNamespace = 63;

// INVALID_ARGUMENT for a reference without a name or with one that is too long,
// and as ParseTrigger does.
absl::StatusOr<scaling::Trigger> ReadTrigger(const externalscaler::ScaledObjectRef& object);

absl::StatusOr<externalscaler::IsActiveResponse> IsActive(
    const externalscaler::ScaledObjectRef& object, const ScalerContext& context,
    base::SteadyTime now);

// Always one metric, with a target above 0.
absl::StatusOr<externalscaler::GetMetricSpecResponse> GetMetricSpec(
    const externalscaler::ScaledObjectRef& object);

// One value for the one metric that GetMetricSpec announces; INVALID_ARGUMENT
// for any other name.
absl::StatusOr<externalscaler::GetMetricsResponse> GetMetrics(
    const externalscaler::GetMetricsRequest& request, const ScalerContext& context,
    base::SteadyTime now);

}  // namespace gpuscaler::serving
