// What the text of a scrape of an inference engine costs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "bench/vllm_exposition.h"
#include "catalog/engine_quantities.h"
#include "engines/exposition/exposition_parser.h"
#include "engines/exposition/exposition_reader.h"
#include "engines/exposition/signal.h"

namespace gpuscaler {
namespace {

class EverySample : public engines::SampleSink {
 public:
  bool Wants(std::string_view) override { return true; }
  void Take(const engines::Sample& sample) override { sum += sample.value; }
  double sum = 0;
};

void Parse(benchmark::State& state, std::string_view text, engines::SampleSink& sink) {
  engines::ExpositionParser parser(engines::ExpositionFormat::kText, sink);
  // As a socket hands it out.
  constexpr size_t kChunk = 16 * size_t{1024};
  for (; !text.empty(); text.remove_prefix(std::min(kChunk, text.size()))) {
    if (!parser.Feed(text.substr(0, kChunk)).ok()) state.SkipWithError("malformed");
  }
  if (!parser.Finish().ok()) state.SkipWithError("malformed");
}

// What a trigger on inflight needs, with the reading's own vectors and maps.
void ReadExposition(benchmark::State& state) {
  const std::string text = bench::VllmExposition();
  const std::vector<engines::Signal> signals = {engines::SignalOf(
      *catalog::FindEngineQuantity(catalog::Engine::kVllm, catalog::Quantity::kInflight))};
  for (auto _ : state) {
    engines::ExpositionReader reader(signals);
    Parse(state, text, reader);
    auto readings = reader.Readings();
    benchmark::DoNotOptimize(readings);
    if (!readings[0].parts[1].status.ok()) state.SkipWithError("absent");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(ReadExposition);

// Every sample read in full.
void ParseExposition(benchmark::State& state) {
  const std::string text = bench::VllmExposition();
  EverySample sink;
  for (auto _ : state) Parse(state, text, sink);
  benchmark::DoNotOptimize(sink.sum);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(ParseExposition);

}  // namespace
}  // namespace gpuscaler
