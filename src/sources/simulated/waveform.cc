#include "sources/simulated/waveform.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

namespace gpuscaler::sources {
namespace {

double Fraction(double x) {
  return x - std::floor(x);
}

// Where in its period the wave is: 0 to 1, 1 excluded.
double Position(const Waveform& w, base::Duration t) {
  // The remainder first: a double would lose nanoseconds after days.
  return Fraction(base::ToSeconds(t % w.period) / base::ToSeconds(w.period) + w.phase);
}

double Between(const Waveform& w, double share) {
  return w.low + (w.high - w.low) * share;
}

// SplitMix64's finalizer (Steele, Lea, Flood 2014): neighbouring numbers give
// unrelated ones, so any moment can be asked for without those before it.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

double ConstantAt(const Waveform& w, base::Duration) {
  return w.low;
}

double StepsAt(const Waveform& w, base::Duration t) {
  const auto next = std::upper_bound(w.steps.begin(), w.steps.end(), t,
                                     [](base::Duration at, const Step& s) { return at < s.at; });
  return next == w.steps.begin() ? next->value : std::prev(next)->value;
}

double SineAt(const Waveform& w, base::Duration t) {
  return Between(w, (1 + std::sin(2 * std::numbers::pi * Position(w, t))) / 2);
}

double SquareAt(const Waveform& w, base::Duration t) {
  return Position(w, t) < w.duty ? w.high : w.low;
}

double SawtoothAt(const Waveform& w, base::Duration t) {
  return Between(w, Position(w, t));
}

double RampAt(const Waveform& w, base::Duration t) {
  return Between(w, std::clamp(base::ToSeconds(t - w.start) / base::ToSeconds(w.period), 0.0, 1.0));
}

double NoiseAt(const Waveform& w, base::Duration t) {
  const auto turn = static_cast<uint64_t>(t / w.period);
  const uint64_t drawn = Mix(Mix(w.seed) ^ turn);
  return Between(w, static_cast<double>(drawn >> 11) * 0x1p-53);
}

using AtFunction = double (*)(const Waveform&, base::Duration);
constexpr AtFunction kAt[] = {ConstantAt, StepsAt, SineAt, SquareAt, SawtoothAt, RampAt, NoiseAt};

constexpr std::string_view kMinMaxPeriod[] = {"min", "max", "period"};
constexpr std::string_view kMinMax[] = {"min", "max"};
constexpr std::string_view kFromToOver[] = {"from", "to", "over"};
constexpr std::string_view kPhase[] = {"phase"};
constexpr std::string_view kPhaseDuty[] = {"phase", "duty"};
constexpr std::string_view kStart[] = {"start"};
constexpr std::string_view kPeriodSeed[] = {"period", "seed"};
constexpr WaveRow kRows[] = {{Wave::kSine, "sine", kMinMaxPeriod, kPhase},
                             {Wave::kSquare, "square", kMinMaxPeriod, kPhaseDuty},
                             {Wave::kSawtooth, "sawtooth", kMinMaxPeriod, kPhase},
                             {Wave::kRamp, "ramp", kFromToOver, kStart},
                             {Wave::kNoise, "noise", kMinMax, kPeriodSeed}};

bool ByValue(const Step& a, const Step& b) {
  return a.value < b.value;
}

}  // namespace

double Waveform::At(base::Duration t) const {
  return kAt[static_cast<size_t>(wave)](*this, t);
}

double Waveform::Highest() const {
  if (wave == Wave::kSteps) return std::max_element(steps.begin(), steps.end(), ByValue)->value;
  return std::max(low, high);
}

double Waveform::Lowest() const {
  if (wave == Wave::kSteps) return std::min_element(steps.begin(), steps.end(), ByValue)->value;
  return std::min(low, high);
}

std::span<const WaveRow> WaveRows() {
  return kRows;
}

}  // namespace gpuscaler::sources
