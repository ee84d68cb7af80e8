// What the triggers of a ScaledObject answer KEDA, second by second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "scaling/evaluation.h"
#include "scaling/sign_history.h"
#include "scaling/value_history.h"
#include "simulation/keda_model.h"
#include "simulation/simulated_object.h"
#include "telemetry/view.h"

namespace gpuscaler::simulation {

// What one trigger answered KEDA.
struct Answer {
  absl::Status status;  // not OK: there is no value
  double value = 0;
  bool active = false;
  bool fallback = false;  // the value is KEDA's, for the trigger failed
};

// A trigger is evaluated once a second at most, whoever asks, and then only if somebody does,
// its window goes on or its signal is followed.
class SimulatedScaler {
 public:
  // `object` must outlive it. `start`: since when the activation signal is there.
  SimulatedScaler(const SimulatedObject& object, const scaling::EvaluationLimits& limits,
                  base::SteadyTime start);

  // A second begins. `waiting`: the load that is to be taken, which is the activation signal,
  // whatever that is called. `show`: makes the view, whenever somebody asks for it.
  void Begin(base::SteadyTime now, double waiting,
             std::function<std::shared_ptr<const telemetry::View>()> show);
  // What runs changed within the second.
  void Changed() { evaluated_.clear(); }

  // One a trigger.
  const std::vector<absl::StatusOr<scaling::Evaluation>>& Evaluations();
  // As KEDA asks, for itself or for the HPA: `count` replicas, of which so many serve.
  std::vector<Answer> Ask(int64_t count, int64_t serving);

 private:
  absl::StatusOr<scaling::Evaluation> Evaluated(const scaling::Trigger& trigger,
                                                const std::shared_ptr<const telemetry::View>& view,
                                                scaling::SignHistory& signs) const;

  const SimulatedObject& object_;
  const scaling::EvaluationLimits limits_;
  const base::SteadyTime start_;
  std::vector<FallbackModel> fallbacks_;
  std::vector<scaling::ValueHistory> histories_;
  std::vector<scaling::SignHistory> signs_;
  base::SteadyTime now_;
  double waiting_ = 0;
  std::function<std::shared_ptr<const telemetry::View>()> show_;
  std::vector<absl::StatusOr<scaling::Evaluation>> evaluated_;  // at now_; empty: not yet
};

}  // namespace gpuscaler::simulation
