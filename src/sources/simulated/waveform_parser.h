// A metric of a scenario file, read into a waveform.
#pragma once

#include <optional>

#include "catalog/metrics.h"
#include "sources/simulated/waveform.h"
#include "sources/simulated/yaml_map.h"

namespace gpuscaler::sources {

// `entry` is the metric's key with its value: a number, nothing (empty is
// answered: unsupported), {wave: NAME, ...} or {steps: [...]}.
std::optional<Waveform> ParseWaveform(const catalog::MetricRow& metric, const YamlEntry& entry,
                                      FirstError* error);

// The waveform of the copy `number` of a GPU that is repeated: periodic ones
// run ahead by `phase_step` periods a copy, noise has another seed.
Waveform ForCopy(const Waveform& wave, uint64_t number, double phase_step);

}  // namespace gpuscaler::sources
