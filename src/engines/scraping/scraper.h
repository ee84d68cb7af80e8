// Reads the metrics of inference engines over HTTP: every address behind each
// endpoint's name, again and again, for as long as somebody asks.
//
// All endpoints are read on one thread, "engines"; names are looked up on a few others
// ("engine-names"). Whoever asks gets what is known, at once. What one address or
// endpoint does, whatever it is, reaches no other: each has its own deadlines, its
// limits of size, and its turn when connections are scarce.
//
// Start, Stop and the destructor belong to one thread; the rest is thread-safe.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "engines/endpoint/endpoint.h"
#include "engines/scraping/body_reader.h"
#include "engines/scraping/endpoint_board.h"
#include "engines/scraping/endpoint_view.h"
#include "engines/scraping/resolver.h"
#include "engines/scraping/scraper_options.h"

namespace gpuscaler::engines {

class Scraper {
 public:
  // Called on the engines' thread when an endpoint has a new view: cheap, never
  // blocks, may call Want.
  using News = std::function<void(const Endpoint& endpoint)>;

  // `readers` makes the reader of each body, on the engines' thread.
  Scraper(ScraperOptions options, std::shared_ptr<Resolver> resolver, BodyReaderFactory readers,
          News news);
  ~Scraper();
  Scraper(const Scraper&) = delete;
  Scraper& operator=(const Scraper&) = delete;

  // The newest view, never null; of an endpoint that is new an empty one, whose reading
  // has begun. Asking keeps it read. Never blocks. PERMISSION_DENIED: a scheme or port
  // that is not allowed; RESOURCE_EXHAUSTED: max_endpoints others are read already;
  // CANCELLED after Stop.
  absl::StatusOr<std::shared_ptr<const EndpointView>> Want(const Endpoint& endpoint);
  // And as often as `hurry` says.
  absl::StatusOr<std::shared_ptr<const EndpointView>> Want(const Endpoint& endpoint,
                                                           const Hurry& hurry);

  ScraperStats Stats() const;

  // Ends all reading, whatever the peers do, and the thread; does not wait for
  // lookups. Again: nothing.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::engines
