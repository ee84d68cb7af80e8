// Feeds the exposition parser any text, and the reader and the tracker what the
// parser makes of it.
//
// The input's first line is an expression; where it is one, it is read as a signal
// too. The line's length also chooses the size of chunks and the format.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "catalog/engine_quantities.h"
#include "engines/exposition/exposition_parser.h"
#include "engines/exposition/exposition_reader.h"
#include "engines/exposition/series_expression.h"
#include "engines/exposition/signal.h"
#include "engines/exposition/signal_tracker.h"

namespace {

using namespace gpuscaler;           // NOLINT: a fuzzer is one file
using namespace gpuscaler::engines;  // NOLINT

void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
#define CHECK_HOLDS(condition) Check(condition, #condition)

// Writes down all samples, or only those whose names begin with a letter before m.
class Recorder : public SampleSink {
 public:
  explicit Recorder(bool all) : all_(all) {}

  bool Wants(std::string_view name) override {
    wanted_ = all_ || (!name.empty() && name.front() < 'm');
    return wanted_;
  }
  void Take(const Sample& sample) override {
    CHECK_HOLDS(wanted_);
    CHECK_HOLDS(!sample.timestamp_seconds || std::isfinite(*sample.timestamp_seconds));
    base::StrAppend(&seen, "|", sample.name, "=", sample.value);
    LabelCursor cursor(sample.labels);
    while (const auto label = cursor.Next()) {
      const std::string name = label->name.Text();
      const std::string value = label->value.Text();
      CHECK_HOLDS(label->name.Is(name) && label->value.Is(value));
      base::StrAppend(&seen, ",", name, "=", value);
    }
  }

  std::string seen;

 private:
  bool all_;
  bool wanted_ = false;
};

absl::Status Parse(std::string_view text, size_t chunk_size, ExpositionFormat format,
                   SampleSink& sink) {
  ExpositionParser parser(format, sink);
  absl::Status status;
  while (!text.empty() && status.ok()) {
    // A copy, so that a view that outlives its chunk is found.
    const std::string chunk(text.substr(0, chunk_size));
    status = parser.Feed(chunk);
    text.remove_prefix(chunk.size());
  }
  if (status.ok()) status = parser.Finish();
  // Messages, and with them what is kept, are bounded whatever came.
  CHECK_HOLDS(status.message().size() < 1024);
  return status;
}

void CheckChunks(std::string_view text, size_t chunk_size, ExpositionFormat format) {
  for (const bool all : {true, false}) {
    Recorder whole(all);
    Recorder chunks(all);
    const absl::Status a = Parse(text, text.size() + 1, format, whole);
    const absl::Status b = Parse(text, chunk_size, format, chunks);
    CHECK_HOLDS(a == b);
    CHECK_HOLDS(whole.seen == chunks.seen);
  }
}

// A line that is too long, and of a name that nobody wants, changes nothing.
void CheckLongLine(std::string_view text, size_t chunk_size, ExpositionFormat format) {
  static const std::string long_line =
      "z{a=\"" + std::string(ExpositionParser::kLongestLine, 'x') + "\"} 1\n";
  Recorder without(false);
  Recorder with(false);
  const std::string start = "# TYPE z gauge\n";
  const absl::Status a = Parse(base::StrCat(start, text), text.size() + 100, format, without);
  const absl::Status b =
      Parse(base::StrCat(start, long_line, text), 4096 + chunk_size, format, with);
  CHECK_HOLDS(a.code() == b.code());
  CHECK_HOLDS(without.seen == with.seen);
}

std::vector<Signal> CatalogSignals() {
  std::vector<Signal> signals;
  for (const catalog::EngineQuantityRow& row : catalog::EngineQuantities()) {
    signals.push_back(SignalOf(row));
  }
  return signals;
}

// Of what is an expression.
std::vector<Signal> ExpressionSignals(std::string_view text) {
  const auto parsed = ParseSeriesExpression(text);
  if (!parsed.ok()) {
    CHECK_HOLDS(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_HOLDS(!parsed.status().message().empty() && parsed.status().message().size() < 1024);
    return {};
  }
  CHECK_HOLDS(!parsed->selector.name().empty());
  // What it wrote down reads the same.
  const auto again = SeriesSelector::Parse(parsed->selector.text());
  CHECK_HOLDS(again.ok() && again->name() == parsed->selector.name());
  return {SignalOf(*parsed)};
}

std::vector<SignalReading> ReadAll(const std::vector<Signal>& signals, std::string_view text,
                                   ExpositionFormat format) {
  ExpositionReader reader(signals);
  // What was read of a text that is wrong is worth nothing, and does no harm.
  Parse(text, text.size() + 1, format, reader).IgnoreError();
  return reader.Readings();
}

// The text's first half is a scrape, and the whole another.
void CheckValues(const std::vector<Signal>& signals, std::string_view text,
                 ExpositionFormat format) {
  const auto first =
      ReadAll(signals, text.substr(0, text.rfind('\n', text.size() / 2) + 1), format);
  const auto second = ReadAll(signals, text, format);
  constexpr base::SteadyTime kStart{std::chrono::hours(1)};
  SeriesRoom room(1000);
  for (size_t i = 0; i < signals.size(); ++i) {
    CHECK_HOLDS(second[i].parts.size() == signals[i].parts.size());
    SignalTracker tracker(signals[i], room);
    for (const auto& [reading, at] :
         {std::pair(&first[i], kStart), std::pair(&second[i], kStart + std::chrono::seconds(1))}) {
      const auto value = tracker.Update(*reading, at);
      // Sums of the largest numbers may be infinite; nothing is negative or NaN.
      CHECK_HOLDS(!value.ok() || *value >= 0);
      CHECK_HOLDS(value.ok() || !value.status().message().empty());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(data, data + size);
  const std::string_view input = bytes;
  const size_t line = std::min(input.find('\n'), input.size());
  const std::string_view expression = input.substr(0, line);
  const std::string_view text = input.substr(std::min(line + 1, input.size()));
  const auto format = line % 2 == 0 ? ExpositionFormat::kText : ExpositionFormat::kOpenMetrics;
  CheckChunks(text, 1 + line % 17, format);
  if (line % 16 < 2) CheckLongLine(text, line, format);
  static const std::vector<Signal> catalog_signals = CatalogSignals();
  CheckValues(catalog_signals, text, format);
  CheckValues(ExpressionSignals(expression), text, format);
  return 0;
}
