// Names for pods that are made up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "scaling/trigger.h"

namespace gpuscaler::simulation {

// One that the controller of `workload` could have given its pod `number`, so that the
// pod is found as its own; each number has a name of its own, unless a glob leaves no
// room for it. Empty: no rule makes one.
std::optional<std::string> PodName(const scaling::WorkloadRef& workload, uint64_t number);

}  // namespace gpuscaler::simulation
