// Why there is no value, as the error that KEDA gets: absent is not zero.
#pragma once

#include "absl/status/status.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::scaling {

// A node whose GPUs are not known: nothing has come from it, or its driver is
// gone before it could name one.
bool IsUnknown(const telemetry::Snapshot& node);

// Of an evaluation in which no GPU counted.
absl::Status NothingCounted(const Trigger& trigger, const Evaluation& evaluation);

// Of a sum that lacks the reading of `unknown`, which is not lost.
absl::Status MissingTerm(const Trigger& trigger, const Evaluation& evaluation,
                         const GpuPart& unknown);

// Of an evaluation in which too few nodes are fresh for minCoveragePercent.
absl::Status TooFewNodes(const Trigger& trigger, const Evaluation& evaluation);

// Whether a workload's replicas allow a value: OK, or the error. UNAVAILABLE where
// only missing ones are known, where none is and not every node tells who holds
// its GPUs, or where fewer are fresh than minCoveragePercent asks for;
// FAILED_PRECONDITION where its pods' GPUs are of another gpuIndex or lack the
// metric. No replica at all is a value: 0.
absl::Status CheckReplicas(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
