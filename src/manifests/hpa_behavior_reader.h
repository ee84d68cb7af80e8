// HPA's `behavior` out of a manifest.
#pragma once

#include "manifests/hpa_behavior.h"
#include "manifests/map_reader.h"

namespace gpuscaler::manifests {

HpaBehavior ReadHpaBehavior(const MapReader& behavior, Places& places, Problems& problems);

}  // namespace gpuscaler::manifests
