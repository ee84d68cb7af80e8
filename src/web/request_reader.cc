#include "web/request_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/buffer.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/beast/core/buffer_traits.hpp"
#include "boost/beast/http/error.hpp"
#include "boost/beast/http/fields.hpp"
#include "boost/beast/http/message.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/rfc7230.hpp"
#include "web/http_route.h"

namespace gpuscaler::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using beast::error_code;

// Errors come back as values.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// Of one read: more than any probe's request.
constexpr size_t kReadBytes = 1024;

// A body that is read and forgotten.
struct DroppedBody {
  struct value_type {};

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type&) {}
    void init(const boost::optional<uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      return beast::buffer_bytes(buffers);
    }
    void finish(error_code& error) { error = {}; }
  };
};

std::string_view ToStd(beast::string_view text) {
  return {text.data(), text.size()};
}

struct ErrorRow {
  http::error error;
  int status;
  std::string_view reason;
};
constexpr ErrorRow kErrors[] = {
    {http::error::header_limit, 431, "the request's header is too large"},
    {http::error::body_limit, 413, "the request's body is too large"},
    {http::error::bad_version, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"},
};

// What to answer to a request that could not be read; nothing when the client
// has gone or the connection is closed.
std::optional<HttpResponse> Refusal(const error_code& error) {
  // Others are the socket's.
  if (error.category() != http::make_error_code(http::error::bad_method).category() ||
      error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  for (const ErrorRow& row : kErrors) {
    if (error == row.error) return ErrorResponse(row.status, row.reason);
  }
  return ErrorResponse(400, base::StrCat("malformed request: ", error.message()));
}

// What is wrong with a header that parses; nothing if all is well.
std::optional<HttpResponse> Objection(const http::request<DroppedBody>& request) {
  // RFC 9112, 3.2: exactly one Host with HTTP/1.1.
  const size_t hosts = request.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && request.version() >= 11)) {
    return ErrorResponse(400, "malformed request: exactly one Host header is required");
  }
  const beast::string_view expect = request[http::field::expect];
  if (!expect.empty() && !beast::iequals(expect, "100-continue")) {
    return ErrorResponse(417, "no expectation other than 100-continue is understood");
  }
  return std::nullopt;
}

}  // namespace

struct RequestReader::Parser : http::request_parser<DroppedBody> {};

RequestReader::RequestReader(tcp::socket& socket, const HttpOptions& options)
    : socket_(socket), options_(options), buffer_(options.max_header_bytes) {}

asio::awaitable<std::optional<ReceivedRequest>> RequestReader::Read() {
  Parser parser;
  parser.header_limit(options_.max_header_bytes);
  parser.body_limit(options_.max_body_bytes);
  error_code error = co_await Feed(parser, Part::kHeader);
  ReceivedRequest received;
  received.refusal = error ? Refusal(error) : Objection(parser.get());
  // A client that expects "100 Continue" has its answer instead; whether it then
  // sends the body is unknown, so the connection ends.
  received.keep_alive = parser.is_done();
  if (!error && !received.refusal.has_value() && !parser.is_done() &&
      parser.get().count(http::field::expect) == 0) {
    error = co_await Feed(parser, Part::kBody);
    if (error) received.refusal = Refusal(error);
    received.keep_alive = true;
  }
  if (error && !received.refusal.has_value()) co_return std::nullopt;

  const auto& request = parser.get();
  received.method = ToStd(request.method_string());
  received.target = ToStd(request.target());
  received.if_none_match = ToStd(request[http::field::if_none_match]);
  received.keep_alive = received.keep_alive && !received.refusal.has_value() && parser.keep_alive();
  co_return received;
}

// Beast's own read counts neither the request line nor many small fields
// against the header's limit, nor the framing of chunks against the body's.
asio::awaitable<error_code> RequestReader::Feed(Parser& parser, Part part) {
  const bool header = part == Part::kHeader;
  const uint64_t limit = header ? options_.max_header_bytes : options_.max_body_bytes;
  uint64_t fed = 0;
  bool needs_more = false;
  while (header ? !parser.is_header_done() : !parser.is_done()) {
    if (needs_more || buffer_.size() == 0) {
      const size_t room = std::min({kReadBytes, buffer_.max_size() - buffer_.size(),
                                    limit - std::min(limit, fed + buffer_.size())});
      if (room == 0) co_return header ? http::error::header_limit : http::error::body_limit;
      const auto [error, count] = co_await socket_.async_read_some(buffer_.prepare(room), kAwait);
      if (error) co_return error;
      buffer_.commit(count);
    }
    error_code error;
    const size_t used = parser.put(buffer_.data(), error);
    buffer_.consume(used);
    fed += used;
    if (error && error != http::error::need_more) co_return error;
    needs_more = error || used == 0;
  }
  co_return error_code();
}

}  // namespace gpuscaler::web
