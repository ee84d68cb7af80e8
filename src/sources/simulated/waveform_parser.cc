#include "sources/simulated/waveform_parser.h"

#include <chrono>

#include "base/strings.h"
#include "telemetry/codec.h"

namespace gpuscaler::sources {
namespace {

// Any number; what the metric can be is checked of the whole wave, later.
constexpr double kAny = 1e15;
constexpr base::Duration kShortest = std::chrono::milliseconds(1);
constexpr size_t kMaxSteps = 10'000;

Waveform ParseSteps(const YamlMap& map, FirstError* error) {
  Waveform wave;
  wave.wave = Wave::kSteps;
  map.CheckKeys({"steps"});
  const std::vector<YAML::Node> list = map.List("steps");
  if (list.empty() || list.size() > kMaxSteps) {
    map.Fail("steps", base::StrCat(list.size(), " steps; allowed are 1 to ", kMaxSteps,
                                   ", like steps: [{at: 0s, value: 0}, {at: 30s, value: 95}]"));
    return Waveform::Constant(0);
  }
  for (const YAML::Node& node : list) {
    const YamlMap step(node, LineOf(node), "a step", error);
    step.CheckKeys({"at", "value"});
    step.CheckPresent({"at", "value"});
    const base::Duration at = step.Time("at", base::Duration::zero(), base::Duration::zero());
    if (!wave.steps.empty() && at <= wave.steps.back().at) {
      step.Fail("at", base::StrCat("at is ", base::FormatDuration(at), " after ",
                                   base::FormatDuration(wave.steps.back().at),
                                   "; allowed are ascending times"));
    }
    wave.steps.push_back({at, step.Number("value", -kAny, kAny, 0)});
  }
  return wave;
}

Waveform ParseWave(const YamlMap& map) {
  const std::string name = map.Text("wave", "");
  Names names;
  const WaveRow* row = nullptr;
  for (const WaveRow& candidate : WaveRows()) {
    names.push_back(candidate.name);
    if (candidate.name == name) row = &candidate;
  }
  if (row == nullptr) {
    map.Fail("wave", base::StrCat("wave \"", name, "\" is not known", Allowed(name, names)));
    return Waveform::Constant(0);
  }
  Names known = {"wave"};
  known.insert(known.end(), row->required.begin(), row->required.end());
  known.insert(known.end(), row->optional.begin(), row->optional.end());
  map.CheckKeys(known);
  map.CheckPresent({row->required.begin(), row->required.end()});

  const bool ramp = row->wave == Wave::kRamp;
  Waveform wave;
  wave.wave = row->wave;
  wave.low = map.Number(ramp ? "from" : "min", -kAny, kAny, 0);
  wave.high = map.Number(ramp ? "to" : "max", -kAny, kAny, 0);
  wave.period = map.Time(ramp ? "over" : "period", kShortest, std::chrono::seconds(1));
  wave.start = map.Time("start", base::Duration::zero(), base::Duration::zero());
  wave.phase = map.Number("phase", -1, 1, 0);
  wave.duty = map.Number("duty", 0, 1, 0.5);
  wave.seed = map.Whole("seed", 0, UINT32_MAX, 0);
  if (!ramp && wave.low > wave.high) {
    map.Fail("min", base::StrCat("min ", wave.low, " exceeds max ", wave.high,
                                 "; allowed is at most max"));
  }
  return wave;
}

}  // namespace

std::optional<Waveform> ParseWaveform(const catalog::MetricRow& metric, const YamlEntry& entry,
                                      FirstError* error) {
  if (entry.value.IsNull()) return std::nullopt;
  Waveform wave;
  if (entry.value.IsScalar()) {
    const auto value = ToNumber(entry.value);
    if (!value.has_value()) {
      error->Add(entry.line, base::StrCat(metric.name, " is \"", entry.value.Scalar().substr(0, 64),
                                          "\"; allowed is a number, ~ (not supported), "
                                          "{wave: ...} or {steps: [...]}"));
    }
    wave = Waveform::Constant(value.value_or(0));
  } else {
    const YamlMap map(entry.value, entry.line, metric.name, error);
    if (map.Find("steps") != nullptr) {
      wave = ParseSteps(map, error);
    } else {
      wave = ParseWave(map);
    }
  }
  for (const double extreme : {wave.Lowest(), wave.Highest()}) {
    if (const auto fits = telemetry::CheckReading(metric, extreme); !fits.ok()) {
      error->Add(entry.line, base::Message(fits));
    }
  }
  return wave;
}

Waveform ForCopy(const Waveform& wave, uint64_t number, double phase_step) {
  Waveform copy = wave;
  copy.phase += phase_step * static_cast<double>(number);
  copy.seed += number;
  return copy;
}

}  // namespace gpuscaler::sources
