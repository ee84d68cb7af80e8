// What is seen of a trigger's replicas. Pure.
#pragma once

#include <cstdint>

#include "scaling/evaluation.h"

namespace gpuscaler::scaling {

enum class Standing : uint8_t {
  kUnknown,  // also: some are missing, or a request waits for them
  kNone,     // also where the trigger names neither a workload nor an engine
  kLoading,  // one has come and not worked yet, and none is at work
  kIdle,     // ready, and nothing waits or works
  kAtWork,
};

// The workload's replicas, or the addresses of the engine: whether any is known, whatever
// its state.
bool HasReplicas(const Evaluation& evaluation);

Standing StandingOf(const Findings& findings);

}  // namespace gpuscaler::scaling
