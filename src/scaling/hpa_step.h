// What HPA makes of one value at one look, in numbers and in words. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "scaling/hpa.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// What the HPA was told beside the trigger. As it stands: of a ScaledObject that is not
// known, so that there is neither a maximum nor a `behavior`.
struct HpaSettings {
  HpaLimits limits = {.max_replicas = std::numeric_limits<int32_t>::max()};
  HpaTolerances tolerances;
};

// The count that HPA sets, once its stabilization window has passed, and what keeps it from
// what is wanted.
struct HpaOutcome {
  int64_t next = 0;
  std::string text;  // "4 run: down once nothing higher was wanted for 300 s"
};

// `current`: replicas that run, more than 0.
HpaOutcome OutcomeOf(int64_t desired, int64_t current, const HpaSettings& settings);

struct HpaStep {
  std::optional<int64_t> desired;  // by this metric alone; empty: it depends on what runs
  bool within_tolerance = false;   // so it changes nothing
  std::optional<int64_t> next;     // HpaOutcome's; empty: what runs is not known
  std::string text;
};

// `current`: replicas that run and are ready; empty: not known. `value` finite and >= 0.
// Where HPA is asleep, at 0, KEDA decides: `active`.
HpaStep NextStep(const Trigger& trigger, double value, bool active, std::optional<int64_t> current,
                 const HpaSettings& settings = {});

}  // namespace gpuscaler::scaling
