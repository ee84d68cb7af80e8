// What KEDA tells the HPA of a ScaledObject.
#pragma once

#include "manifests/scaled_object.h"
#include "scaling/hpa.h"

namespace gpuscaler::manifests {

// Counts and `behavior`; what that leaves out has Kubernetes' default.
scaling::HpaLimits HpaLimitsOf(const ScaledObject& object);
scaling::HpaTolerances HpaTolerancesOf(const ScaledObject& object);

}  // namespace gpuscaler::manifests
