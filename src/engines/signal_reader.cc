#include "engines/signal_reader.h"

#include <utility>
#include <vector>

namespace gpuscaler::engines {

SignalReader::SignalReader(std::shared_ptr<const SignalSet> signals, const ScrapeContext& context,
                           const SampleClock& clock, std::shared_ptr<SeriesRoom> room)
    : signals_(std::move(signals)),
      began_(context.began),
      previous_(context.previous),
      room_(std::move(room)),
      reader_(*signals_, clock),
      parser_(FormatOf(context.content_type), reader_) {}

absl::StatusOr<std::shared_ptr<const Payload>> SignalReader::Finish() {
  if (absl::Status whole = parser_.Finish(); !whole.ok()) return whole;
  auto values = std::make_shared<SignalValues>();
  // This folder's reader made it.
  const auto* previous = static_cast<const SignalValues*>(previous_.get());
  values->trackers_ =
      previous != nullptr ? previous->trackers_ : std::make_shared<SignalValues::Trackers>(room_);
  SignalValues::Trackers& trackers = *values->trackers_;
  const std::vector<SignalReading> readings = reader_.Readings();
  for (size_t i = 0; i < signals_->size(); ++i) {
    const Signal& signal = (*signals_)[i];
    SignalTracker& tracker =
        trackers.by_signal.try_emplace(signal.name, signals_, signal, trackers.room)
            .first->second.tracker;
    values->values_.emplace(signal.name, tracker.Update(readings[i], began_));
  }
  // Of signals that nobody wants any more.
  std::erase_if(trackers.by_signal,
                [&values](const auto& tracked) { return values->Find(tracked.first) == nullptr; });
  return values;
}

}  // namespace gpuscaler::engines
