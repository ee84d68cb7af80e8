// What the API server or KEDA's admission refuses of an object as a whole, where reading it
// takes no offence.
#pragma once

#include <vector>

#include "lint/finding.h"
#include "manifests/scaled_object.h"

namespace gpuscaler::lint {

// `found`: what is known of the object already.
void AddRefusals(const manifests::ScaledObject& object, std::vector<Finding>& found);

}  // namespace gpuscaler::lint
