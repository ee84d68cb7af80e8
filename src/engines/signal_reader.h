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
#include "engines/exposition/series_room.h"
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
    Tracked(std::shared_ptr<const SignalSet> its_signals, const Signal& signal, SeriesRoom& room)
        : signals(std::move(its_signals)), tracker(signal, room) {}
    std::shared_ptr<const SignalSet> signals;  // of which the tracker's signal is one
    SignalTracker tracker;
  };
  struct Trackers {
    explicit Trackers(std::shared_ptr<SeriesRoom> whole)
        : room(SeriesRoom::kMostOfAnAddress, std::move(whole)) {}
    SeriesRoom room;
    std::map<std::string, Tracked> by_signal;
  };

  std::map<std::string, absl::StatusOr<double>> values_;
  // Handed on from body to body: the values are this body's, the trackers the newest's.
  std::shared_ptr<Trackers> trackers_;
};

class SignalReader final : public BodyReader {
 public:
  // `room`: of all addresses.
  SignalReader(std::shared_ptr<const SignalSet> signals, const ScrapeContext& context,
               const SampleClock& clock, std::shared_ptr<SeriesRoom> room);

  absl::Status Feed(std::string_view chunk) override { return parser_.Feed(chunk); }
  absl::StatusOr<std::shared_ptr<const Payload>> Finish() override;

 private:
  const std::shared_ptr<const SignalSet> signals_;
  const base::SteadyTime began_;
  const std::shared_ptr<const Payload> previous_;
  const std::shared_ptr<SeriesRoom> room_;
  ExpositionReader reader_;
  ExpositionParser parser_;
};

}  // namespace gpuscaler::engines
