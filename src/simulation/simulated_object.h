// A ScaledObject as it is simulated: its triggers parsed as the scaler parses them, and
// what KEDA and the HPA are told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "manifests/scaled_object.h"
#include "scaling/hpa.h"
#include "scaling/trigger.h"
#include "simulation/keda_model.h"

namespace gpuscaler::simulation {

struct SimulatedTrigger {
  scaling::Trigger trigger;
  // What the HPA was told, which the scaler is not.
  scaling::HpaMetricType type = scaling::HpaMetricType::kAverageValue;
  bool push = false;  // external-push
};

struct SimulatedObject {
  std::string name;  // "inference/llm"
  KedaSettings keda;
  scaling::HpaLimits limits;
  scaling::HpaTolerances tolerances;
  std::vector<SimulatedTrigger> triggers;  // one at least
};

KedaSettings KedaSettingsOf(const manifests::ScaledObject& object);

// INVALID_ARGUMENT: a trigger that the scaler refuses, with what it says of it; none that is
// external; a formula of scalingModifiers, or minimum and maximum at odds.
absl::StatusOr<SimulatedObject> FromManifest(const manifests::ScaledObject& object);

}  // namespace gpuscaler::simulation
