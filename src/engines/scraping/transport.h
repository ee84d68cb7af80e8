// A TCP connection to one address, with TLS or without, as coroutines. The engines'
// thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/buffer.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "engines/endpoint/endpoint.h"
#include "engines/endpoint/ip_address.h"
#include "engines/scraping/tls_trust.h"

namespace gpuscaler::engines {

class Transport {
 public:
  explicit Transport(boost::asio::io_context& io) : socket_(io) {}

  // Connects to `address` and, for https, greets it as the endpoint's host, which
  // its certificate must name. UNAVAILABLE, or the trust's error. What was open is
  // closed first.
  boost::asio::awaitable<absl::Status> Open(const Endpoint& endpoint, const IpAddress& address,
                                            TlsTrust& trust);

  using Transferred = std::tuple<boost::system::error_code, size_t>;
  // All of `bytes`, which must outlive it.
  boost::asio::awaitable<Transferred> Write(const std::string& bytes);
  boost::asio::awaitable<Transferred> ReadSome(boost::asio::mutable_buffer into);

  // What is under way ends with an error. Again: nothing.
  void Close();
  bool is_open() const { return socket_.is_open(); }

 private:
  boost::asio::ip::tcp::socket socket_;
  TlsContext context_;  // of tls_
  std::optional<TlsStream> tls_;
};

}  // namespace gpuscaler::engines
