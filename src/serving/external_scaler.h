// KEDA's ExternalScaler: what each RPC answers, as plain functions from request
// and view to reply. They read memory only and never wait.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/engine_signals.h"
#include "externalscaler.pb.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"
#include "serving/decisions.h"
#include "serving/idle_spells.h"
#include "serving/last_signs.h"
#include "serving/looker.h"
#include "serving/object_reference.h"
#include "serving/role.h"
#include "serving/value_windows.h"
#include "telemetry/store.h"

namespace gpuscaler::serving {

struct ScalerContext {
  const telemetry::Store& store;
  ValueWindows& windows;
  LastSigns& signs;
  IdleSpells& spells;
  scaling::EvaluationLimits limits;
  const Role& role;
  engines::EngineSignals* engines = nullptr;  // not owned; nullptr: they are not read
  Decisions* decisions = nullptr;             // not owned; nullptr: nobody looks at them
};

// What engines last said of a trigger's signals; empty: it has none.
struct EngineViews {
  std::optional<absl::StatusOr<engines::SignalView>> metric;
  std::optional<absl::StatusOr<engines::SignalView>> activation;

  // No endpoint is so new that a moment later more will be known.
  bool settled() const {
    return (!metric || !metric->ok() || (*metric)->settled) &&
           (!activation || !activation->ok() || (*activation)->settled);
  }
};

// Asking keeps the trigger's endpoints read; `hurry`: as somebody waits for the signal.
EngineViews ReadEngines(const scaling::Trigger& trigger, const ScalerContext& context,
                        base::SteadyTime now, bool hurry);

// From the newest view and `engines`, as scaling::EvaluateInFull; while the view is not
// complete that is the error of both. For an onlooker any thread.
scaling::Findings FindNewest(const scaling::Trigger& trigger, const ScalerContext& context,
                             base::SteadyTime now, const EngineViews& engines, Looker looker);

// What the board keeps of it, but for the value.
Answer AnswerOf(Question question, const scaling::Findings& findings);

// Whether it is active, whatever becomes of the value, and the other way round.
//
// `may_wait`: empty while an endpoint that the trigger names is first read.
std::optional<absl::StatusOr<externalscaler::IsActiveResponse>> IsActive(
    const externalscaler::ScaledObjectRef& object, const ScalerContext& context,
    base::SteadyTime now, bool may_wait = false);

// Always one metric, with a target above 0.
absl::StatusOr<externalscaler::GetMetricSpecResponse> GetMetricSpec(
    const externalscaler::ScaledObjectRef& object);

// One value for the one metric that GetMetricSpec announces; INVALID_ARGUMENT
// for any other name. `may_wait` as above.
std::optional<absl::StatusOr<externalscaler::GetMetricsResponse>> GetMetrics(
    const externalscaler::GetMetricsRequest& request, const ScalerContext& context,
    base::SteadyTime now, bool may_wait = false);

}  // namespace gpuscaler::serving
