// How old what counts may be, and what a view may be taken for.
#pragma once

#include <chrono>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::scaling {

struct EvaluationLimits {
  base::Duration stale_after = std::chrono::seconds(10);  // this old is still fresh
  // How long a replica is missed whose node is not heard.
  base::Duration forget_after = std::chrono::minutes(15);
  // Before this a view without any node is no evidence that there is none.
  base::SteadyTime empty_until = {};
  // An error: there are GPUs that the view does not show, and nobody knows whose; so there is
  // no value of any.
  absl::Status unseen = absl::OkStatus();
};

}  // namespace gpuscaler::scaling
