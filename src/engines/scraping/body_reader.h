// What the scraper's user makes of bodies: an interface, so that this folder knows
// nothing of what they mean.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/endpoint/endpoint.h"
#include "engines/endpoint/ip_address.h"
#include "engines/scraping/endpoint_view.h"

namespace gpuscaler::engines {

struct ScrapeContext {
  const Endpoint& endpoint;
  const IpAddress& address;
  std::string_view content_type;  // of the answer; empty: it has none
  // When the first byte of this answer came: what it counts, it counted by then.
  base::SteadyTime began;
  // Of the last success at this address: for differences of counters. Null: none yet.
  std::shared_ptr<const Payload> previous;
};

// Reads one body. On the engines' thread: it never blocks.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // Any number of pieces of at most 16 KiB, cut anywhere. An error ends the reading.
  virtual absl::Status Feed(std::string_view chunk) = 0;
  // After the last: the whole body has come.
  virtual absl::StatusOr<std::shared_ptr<const Payload>> Finish() = 0;
};

using BodyReaderFactory = std::function<std::unique_ptr<BodyReader>(const ScrapeContext&)>;

}  // namespace gpuscaler::engines
