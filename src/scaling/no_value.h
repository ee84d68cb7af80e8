// Why there is no value, as the error that KEDA gets: absent is not zero.
#pragma once

#include "absl/status/status.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Of an evaluation in which no GPU counted.
absl::Status NothingCounted(const Trigger& trigger, const Evaluation& evaluation);

// Of a sum that lacks the reading of `unknown`, which is not lost.
absl::Status MissingTerm(const Trigger& trigger, const Evaluation& evaluation,
                         const GpuPart& unknown);

// Of an evaluation in which too few nodes are fresh for minCoveragePercent.
absl::Status TooFewNodes(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
