// The faults of a scenario file.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "sources/simulated/fault.h"
#include "sources/simulated/yaml_map.h"

namespace gpuscaler::sources {

// The key `faults` of the file. A fault without `for` lasts until time starts
// anew (`loop` > 0), or for ever.
std::vector<Fault> ParseFaults(const YamlMap& file, uint32_t gpu_count, base::Duration loop,
                               FirstError* error);

}  // namespace gpuscaler::sources
