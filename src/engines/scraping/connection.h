// The connection to one address of an endpoint, kept open from one reading to
// the next. The engines' thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "engines/endpoint/endpoint.h"
#include "engines/endpoint/ip_address.h"
#include "engines/scraping/fetch_limits.h"
#include "engines/scraping/gzip_inflater.h"
#include "engines/scraping/tls_trust.h"
#include "engines/scraping/transport.h"

namespace gpuscaler::engines {

class ResponseReader;

// Who takes a body. An error of either ends the reading.
struct BodySink {
  // 200; when the answer began, and its Content-Type.
  std::function<absl::Status(base::SteadyTime began, std::string_view content_type)> begin;
  ChunkSink feed;
};

class Connection {
 public:
  // All must outlive it; `address` has passed the guard.
  Connection(boost::asio::io_context& io, const Endpoint& endpoint, const IpAddress& address,
             const FetchLimits& limits, TlsTrust& trust);

  // One GET. A connection kept from before that turns out to be closed, which it may
  // be at any time, is opened anew, once. DEADLINE_EXCEEDED naming the phase;
  // FAILED_PRECONDITION: a status other than 200, a redirect that is not followed;
  // the reader's, the transport's and the sink's errors. After an error it is closed.
  // `token` is sent with the first request, never after a redirect.
  boost::asio::awaitable<absl::Status> Get(std::optional<std::string> token, BodySink sink);

  // A Get that is under way ends with CANCELLED.
  void Close();
  bool is_open() const { return transport_.is_open(); }
  // All that was read of responses.
  uint64_t wire_bytes() const { return wire_bytes_; }

 private:
  class Deadline;
  struct Hop;

  // One request and its response. OK with hop.location set: to be asked there.
  boost::asio::awaitable<absl::Status> Ask(Hop& hop, const BodySink& sink, Deadline& deadline);
  boost::asio::awaitable<absl::Status> ReadAnswer(ResponseReader& reader, Hop& hop,
                                                  const BodySink& sink, Deadline& deadline);
  absl::Status Redirect(const ResponseReader& reader, Hop& hop) const;
  std::string Request(const Hop& hop) const;

  boost::asio::io_context& io_;
  const Endpoint& endpoint_;
  const IpAddress address_;
  const FetchLimits& limits_;
  TlsTrust& trust_;
  Transport transport_;
  bool closed_ = false;  // by Close, while a Get is under way
  uint64_t wire_bytes_ = 0;
};

}  // namespace gpuscaler::engines
