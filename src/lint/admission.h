// What the API server or KEDA's admission refuses of an object as a whole, where reading it
// takes no offence.
#pragma once

#include <vector>

#include "lint/finding.h"
#include "manifests/scaled_object.h"
#include "manifests/trigger_authentication.h"

namespace gpuscaler::lint {

void AddRefusals(const manifests::ScaledObject& object, std::vector<Finding>& found);
void AddRefusals(const manifests::TriggerAuthentication& authentication,
                 std::vector<Finding>& found);

}  // namespace gpuscaler::lint
