// A decision for people.
#pragma once

#include <string>

#include "decision.pb.h"
#include "manifests/scaled_object.h"

namespace gpuscaler::cli {

// Lines, each with its end: the parts, the steps, and what HPA does next within the
// ScaledObject's own limits. What came over the wire holds nothing that a terminal obeys.
std::string DecisionText(const manifests::ScaledObject& object,
                         const manifests::ScaledObjectTrigger& trigger,
                         const decision::v1::Decision& decision);

}  // namespace gpuscaler::cli
