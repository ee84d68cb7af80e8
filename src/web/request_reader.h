// Reads the requests of one connection within the limits of size; the limits of
// time are the connection's. Internal to this folder, and the only place that
// knows how requests are parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "boost/asio/awaitable.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "web/http_message.h"
#include "web/http_server.h"

namespace gpuscaler::web {

struct ReceivedRequest {
  std::string method;  // empty when not even that could be read
  std::string target;
  std::string if_none_match;
  bool keep_alive = false;
  // The answer to a request that is malformed or above a limit.
  std::optional<HttpResponse> refusal;
};

class RequestReader {
 public:
  // Both must outlive the reader.
  RequestReader(boost::asio::ip::tcp::socket& socket, const HttpOptions& options);

  // Whether a part of the next request is here already (pipelining).
  bool has_begun() const { return buffer_.size() > 0; }
  // Between requests: an idle connection holds no buffer.
  void ReleaseBuffer() { buffer_.shrink_to_fit(); }

  // Empty when the client has gone or the socket is closed.
  boost::asio::awaitable<std::optional<ReceivedRequest>> Read();

 private:
  struct Parser;
  enum class Part : uint8_t { kHeader, kBody };
  // Reads until the parser has the whole `part`; otherwise the parser's error or
  // the socket's.
  boost::asio::awaitable<boost::system::error_code> Feed(Parser& parser, Part part);

  boost::asio::ip::tcp::socket& socket_;
  const HttpOptions& options_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace gpuscaler::web
