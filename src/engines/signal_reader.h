// Reads the signals that are wanted out of one body, and keeps what the next body of
// the same address has to be compared with. The engines' thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/exposition/exposition_parser.h"
#include "engines/exposition/exposition_reader.h"
#include "engines/exposition/signal_tracker.h"
#include "engines/scraping/body_reader.h"
#include "engines/wanted_signals.h"

namespace gpuscaler::engines {

// What was read at one address, by the signal's name.
class SignalValues final : public Payload {
 public:
  // nullptr: the signal was not wanted when this was read.
  const absl::StatusOr<double>* Find(const std::string& signal) const {
    const auto found = values_.find(signal);
    return found != values_.end() ? &found->second : nullptr;
  }

 private:
  friend class SignalReader;
  struct Tracked {
    explicit Tracked(std::shared_ptr<const SignalSet> its_signals, const Signal& signal)
        : signals(std::move(its_signals)), tracker(signal) {}
    std::shared_ptr<const SignalSet> signals;  // of which the tracker's signal is one
    SignalTracker tracker;
  };
  using Trackers = std::map<std::string, Tracked>;

  std::map<std::string, absl::StatusOr<double>> values_;
  // Handed on from body to body: the values are this body's, the trackers the newest's.
  std::shared_ptr<Trackers> trackers_;
};

class SignalReader final : public BodyReader {
 public:
  SignalReader(std::shared_ptr<const SignalSet> signals, const ScrapeContext& context);

  absl::Status Feed(std::string_view chunk) override { return parser_.Feed(chunk); }
  absl::StatusOr<std::shared_ptr<const Payload>> Finish() override;

 private:
  const std::shared_ptr<const SignalSet> signals_;
  const base::SteadyTime began_;
  const std::shared_ptr<const Payload> previous_;
  ExpositionReader reader_;
  ExpositionParser parser_;
};

}  // namespace gpuscaler::engines
