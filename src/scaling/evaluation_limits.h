// How old what counts may be.
#pragma once

#include <chrono>

#include "base/time.h"

namespace gpuscaler::scaling {

struct EvaluationLimits {
  base::Duration stale_after = std::chrono::seconds(10);  // this old is still fresh
  // How long a replica is missed whose node is not heard.
  base::Duration forget_after = std::chrono::minutes(15);
  // Before this a view without any node is no evidence that there is none.
  base::SteadyTime empty_until = {};
};

}  // namespace gpuscaler::scaling
