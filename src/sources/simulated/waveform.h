// A value as a function of time.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gpuscaler::sources {

enum class Wave : uint8_t { kConstant, kSteps, kSine, kSquare, kSawtooth, kRamp, kNoise };

struct Step {
  base::Duration at = {};
  double value = 0;
};

struct Waveform {
  Wave wave = Wave::kConstant;
  double low = 0;                // a constant's value; where a ramp begins
  double high = 0;               // where a ramp ends
  base::Duration period = {};    // > 0 unless constant or steps; a ramp's duration
  base::Duration start = {};     // of a ramp
  double phase = 0;              // share of the period that the wave is ahead
  double duty = 0.5;             // share of the period that a square is high
  uint64_t seed = 0;             // of noise
  std::vector<Step> steps = {};  // ascending; the first value holds before it, too

  static Waveform Constant(double value) { return {.low = value, .high = value}; }

  double At(base::Duration t) const;
  // The greatest and the smallest value it ever takes.
  double Highest() const;
  double Lowest() const;
};

// How a scenario spells a wave: its name and its keys besides `wave`.
struct WaveRow {
  Wave wave;
  std::string_view name;
  std::span<const std::string_view> required;
  std::span<const std::string_view> optional;
};
std::span<const WaveRow> WaveRows();

}  // namespace gpuscaler::sources
