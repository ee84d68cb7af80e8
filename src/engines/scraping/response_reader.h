// Reads one HTTP response within the limits of size; those of time are the
// connection's. The only place that knows how responses are parsed. The engines'
// thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "boost/asio/awaitable.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "engines/scraping/fetch_limits.h"
#include "engines/scraping/gzip_inflater.h"
#include "engines/scraping/transport.h"

namespace gpuscaler::engines {

struct ResponseHead {
  int status = 0;
  std::string content_type;  // empty: none was named
  std::string location;
  bool gzip = false;
  base::SteadyTime began;  // the first byte came
};

class ResponseReader {
 public:
  // Both must outlive it.
  ResponseReader(Transport& transport, const FetchLimits& limits);
  ~ResponseReader();

  // UNAVAILABLE: the peer closed or the connection failed; INVALID_ARGUMENT: that is no
  // HTTP, or an encoding that was not asked for; RESOURCE_EXHAUSTED: too large, naming
  // the limit. What a server says before its answer (1xx, but 101, which is one) is
  // passed over.
  boost::asio::awaitable<absl::Status> ReadHead();
  const ResponseHead& head() const { return head_; }

  // After ReadHead. The same errors, and the sink's.
  boost::asio::awaitable<absl::Status> ReadBody(const ChunkSink& sink);

  // Whether anything of the response came.
  bool begun() const { return wire_bytes_ > 0; }
  // Whether the connection can serve another request: the response is at its end, and
  // nothing follows it.
  bool reusable() const;
  uint64_t wire_bytes() const { return wire_bytes_; }

 private:
  struct Parser;
  enum class Part : uint8_t { kHead, kBody };
  void Begin();  // an answer, or what comes before it
  boost::asio::awaitable<absl::Status> Feed(Part part);
  absl::Status Explain(Part part, const boost::system::error_code& error) const;
  absl::Status Sink(std::string_view inflated);

  Transport& transport_;
  const FetchLimits& limits_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;
  ResponseHead head_;
  const ChunkSink* sink_ = nullptr;  // during ReadBody
  std::optional<GzipInflater> inflater_;
  uint64_t wire_bytes_ = 0;
  uint64_t head_bytes_ = 0;
  bool awaited_ = true;  // the first byte of the answer has yet to come
  uint64_t body_bytes_ = 0;
  absl::Status body_error_;  // why the parser was stopped
};

}  // namespace gpuscaler::engines
