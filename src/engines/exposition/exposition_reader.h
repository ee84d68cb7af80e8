// Collects from an exposition what signals need.
//
//   ExpositionReader reader(signals);
//   ExpositionParser parser(format, reader);
//   ... Feed, Finish ...
//   reader.Readings()[i] is of signals[i].
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engines/exposition/exposition_parser.h"
#include "engines/exposition/signal.h"
#include "engines/exposition/signal_reading.h"

namespace gpuscaler::engines {

// By what samples are judged that say when they are from, as those of a federated page
// do: they may be older than the answer that they stand in.
struct SampleClock {
  std::chrono::system_clock::time_point answered;
  base::Duration stale_after;
};

class ExpositionReader : public SampleSink {
 public:
  // Series that are kept of one part, and of all in all: more of them are an error of
  // the part.
  static constexpr size_t kMostSeries = 10'000;
  static constexpr size_t kMostInAll = 50'000;

  // `signals` must outlive the reader. A sample that is stale by `clock` is an error of
  // its part; one from the future is not, clocks differ. Without it time stamps count
  // for nothing.
  explicit ExpositionReader(std::span<const Signal> signals,
                            std::optional<SampleClock> clock = std::nullopt);

  bool Wants(std::string_view name) override;
  void Take(const Sample& sample) override;

  // One for each signal. The reader is then empty.
  std::vector<SignalReading> Readings();

 private:
  // A candidate of a part of a signal.
  struct Use {
    size_t signal;
    size_t part;
    size_t candidate;
  };
  struct Name {
    std::string_view text;
    std::vector<Use> uses;
  };
  struct CandidateState {
    bool named = false;  // series of the name are there, selected or not
    absl::Status status;
    std::vector<SeriesValue> values;
    std::map<SeriesKey, size_t> places;  // in `values`
  };

  void TakeFor(const Use& use, const Sample& sample);
  // How old the sample is; empty: not so old that it does not count.
  std::optional<base::Duration> StaleAge(const Sample& sample) const;
  static PartReading ReadPart(const Signal& signal, size_t part,
                              std::vector<CandidateState>& states);

  std::span<const Signal> signals_;
  const std::optional<SampleClock> clock_;
  std::vector<Name> names_;
  uint64_t lengths_ = 0;  // bit n: a name of n, modulo 64, characters is wanted
  size_t found_ = 0;      // in names_: what Wants found
  size_t kept_ = 0;       // series
  std::vector<std::vector<std::vector<CandidateState>>> states_;  // signal, part, candidate
};

}  // namespace gpuscaler::engines
