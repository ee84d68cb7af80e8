// A decision for people.
#pragma once

#include <string>

#include "cli/scaled_object.h"
#include "decision.pb.h"

namespace gpuscaler::cli {

// Lines, each with its end: the parts, the steps, and what HPA does next within the
// ScaledObject's own limits. What came over the wire holds nothing that a terminal obeys.
std::string DecisionText(const ScaledObject& object, const ScaledObjectTrigger& trigger,
                         const decision::v1::Decision& decision);

}  // namespace gpuscaler::cli
