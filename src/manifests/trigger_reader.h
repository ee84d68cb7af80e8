// The triggers of a ScaledObject, or of a ScaledJob.
#pragma once

#include "manifests/map_reader.h"
#include "manifests/problem.h"
#include "manifests/scaled_object.h"

namespace gpuscaler::manifests {

// `spec.triggers` into `object`: those of external scalers, and the types of the others.
void ReadTriggers(const MapReader& spec, ScaledObject& object, Problems& problems);

}  // namespace gpuscaler::manifests
