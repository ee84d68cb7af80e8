// What inference engines say about the signals that triggers name. Whoever asks gets
// what is known, at once, and by asking keeps it read.
//
// Start, Stop and the destructor belong to one thread; the rest is thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/scraping/endpoint_board.h"
#include "engines/scraping/scraper_options.h"
#include "engines/signal/signal_source.h"
#include "engines/signal/signal_view.h"

namespace gpuscaler::engines {

class Resolver;

class EngineSignals {
 public:
  // `resolver`: nullptr for the system's. `news` is called on the engines' thread when
  // there is something new to be read: cheap, never blocks. `stale_after`: a sample that
  // says by its timestamp that it was older than this when it was read is an error.
  EngineSignals(ScraperOptions options, std::shared_ptr<Resolver> resolver,
                std::function<void()> news, base::Duration stale_after = std::chrono::seconds(10));
  ~EngineSignals();
  EngineSignals(const EngineSignals&) = delete;
  EngineSignals& operator=(const EngineSignals&) = delete;

  // `hurry`: read it that often. PERMISSION_DENIED: the scheme or port is not allowed;
  // RESOURCE_EXHAUSTED: too many endpoints, or signals of this one, are read already.
  absl::StatusOr<SignalView> Read(const SignalSource& source, base::SteadyTime now,
                                  std::optional<Hurry> hurry = std::nullopt);

  ScraperStats Stats() const;
  // Ends all reading, whatever the engines do. Again: nothing.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::engines
