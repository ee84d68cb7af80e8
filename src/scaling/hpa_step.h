// What HPA makes of one value at one look, in numbers and in words. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "scaling/trigger.h"

namespace gpuscaler::scaling {

struct HpaStep {
  std::optional<int64_t> desired;  // by this metric alone; empty: it depends on what runs
  bool within_tolerance = false;   // so it changes nothing
  // After one look: no further up than ScaleUpLimit. Of what runs now; empty: that is
  // not known.
  std::optional<int64_t> next;
  std::string text;
};

// `current`: replicas that run and are ready; empty: not known. `value` finite and >= 0.
// Where HPA is asleep, at 0, KEDA decides: `active`.
HpaStep NextStep(const Trigger& trigger, double value, bool active, std::optional<int64_t> current);

}  // namespace gpuscaler::scaling
