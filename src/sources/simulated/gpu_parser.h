// The GPUs of a scenario file.
#pragma once

#include <vector>

#include "sources/simulated/scenario.h"
#include "sources/simulated/yaml_map.h"

namespace gpuscaler::sources {

// The key `gpus` of the file: a list, each entry one GPU or `count` alike.
std::vector<SimulatedGpu> ParseGpus(const YamlMap& file, FirstError* error);

}  // namespace gpuscaler::sources
