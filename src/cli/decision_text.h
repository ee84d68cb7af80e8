// A decision for people.
#pragma once

#include <string>

#include "decision.pb.h"
#include "manifests/scaled_object.h"

namespace gpuscaler::cli {

// Lines, each with its end: the parts, the steps, and what HPA makes of the value. `alone`:
// the ScaledObject has no other trigger. What came over the wire holds nothing that a
// terminal obeys.
std::string DecisionText(const manifests::ScaledObjectTrigger& trigger,
                         const decision::v1::Decision& decision, bool alone);

}  // namespace gpuscaler::cli
