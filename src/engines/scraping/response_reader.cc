#include "engines/scraping/response_reader.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "boost/asio/error.hpp"
#include "boost/asio/ssl/error.hpp"
#include "boost/beast/http/error.hpp"
#include "boost/beast/http/fields.hpp"
#include "boost/beast/http/message.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/rfc7230.hpp"
#include "engines/endpoint/endpoint.h"

namespace gpuscaler::engines {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr size_t kReadBytes = 16 * 1024;

std::string_view ToStd(beast::string_view text) {
  return {text.data(), text.size()};
}

// A body that is handed on as it comes.
struct SunkBody {
  struct value_type {
    ChunkSink sink;
    absl::Status* why = nullptr;  // the sink's error
  };

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& value) : value_(value) {}
    void init(const boost::optional<uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, error_code& error) {
      size_t taken = 0;
      for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers);
           ++it) {
        const asio::const_buffer piece = *it;
        *value_.why = value_.sink({static_cast<const char*>(piece.data()), piece.size()});
        if (!value_.why->ok()) {
          error = asio::error::operation_aborted;
          return taken;
        }
        taken += piece.size();
      }
      error = {};
      return taken;
    }
    void finish(error_code& error) { error = {}; }

   private:
    value_type& value_;
  };
};

bool IsInterim(unsigned status) {
  return status / 100 == 1 && status != 101;
}

bool IsEnd(const error_code& error) {
  return error == asio::error::eof || error == asio::error::connection_reset ||
         error == asio::ssl::error::stream_truncated;
}

}  // namespace

struct ResponseReader::Parser : http::response_parser<SunkBody> {};

ResponseReader::ResponseReader(Transport& transport, const FetchLimits& limits)
    : transport_(transport),
      limits_(limits),
      buffer_(std::max<size_t>(limits.header_bytes, kReadBytes)) {
  Begin();
}

void ResponseReader::Begin() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(limits_.header_bytes);
  parser_->body_limit(limits_.wire_bytes);
  awaited_ = buffer_.size() == 0;
  if (!awaited_) head_.began = base::Now();
}

ResponseReader::~ResponseReader() = default;

bool ResponseReader::reusable() const {
  return parser_->is_done() && parser_->keep_alive() && buffer_.size() == 0;
}

asio::awaitable<absl::Status> ResponseReader::ReadHead() {
  if (absl::Status read = co_await Feed(Part::kHead); !read.ok()) co_return read;
  while (IsInterim(parser_->get().result_int())) {
    Begin();
    if (absl::Status read = co_await Feed(Part::kHead); !read.ok()) co_return read;
  }
  const auto& response = parser_->get();
  head_.status = static_cast<int>(response.result_int());
  head_.content_type = ToStd(response[http::field::content_type]);
  head_.location = ToStd(response[http::field::location]);
  const beast::string_view encoding = response[http::field::content_encoding];
  head_.gzip = beast::iequals(encoding, "gzip") || beast::iequals(encoding, "x-gzip");
  if (!head_.gzip && !encoding.empty() && !beast::iequals(encoding, "identity")) {
    co_return absl::InvalidArgumentError(base::StrCat("the body is encoded as \"",
                                                      Excerpt(ToStd(encoding)),
                                                      "\"; gzip or nothing was asked for"));
  }
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> ResponseReader::ReadBody(const ChunkSink& sink) {
  sink_ = &sink;
  if (head_.gzip) inflater_.emplace();
  auto& value = parser_->get().body();
  value.why = &body_error_;
  value.sink = [this](std::string_view piece) {
    if (!inflater_) return Sink(piece);
    return inflater_->Feed(piece, [this](std::string_view inflated) { return Sink(inflated); });
  };
  absl::Status read = co_await Feed(Part::kBody);
  if (read.ok() && inflater_) read = inflater_->Finish();
  co_return read;
}

absl::Status ResponseReader::Sink(std::string_view inflated) {
  body_bytes_ += inflated.size();
  if (body_bytes_ > limits_.body_bytes) {
    return absl::ResourceExhaustedError(
        base::StrCat("the body is larger than ", limits_.body_bytes, " bytes"));
  }
  return (*sink_)(inflated);
}

// Beast's own read counts neither the status line nor many small fields against the
// header's limit, nor the framing of chunks against the body's. The header's is for all
// that comes before the answer, too.
asio::awaitable<absl::Status> ResponseReader::Feed(Part part) {
  const bool head = part == Part::kHead;
  const uint64_t limit = head ? limits_.header_bytes : limits_.wire_bytes + limits_.header_bytes;
  uint64_t body_fed = 0;
  uint64_t& fed = head ? head_bytes_ : body_fed;
  bool needs_more = false;
  while (head ? !parser_->is_header_done() : !parser_->is_done()) {
    if (needs_more || buffer_.size() == 0) {
      const size_t room = std::min({kReadBytes, buffer_.max_size() - buffer_.size(),
                                    limit - std::min(limit, fed + buffer_.size())});
      if (room == 0) {
        co_return Explain(part, head ? http::error::header_limit : http::error::body_limit);
      }
      const auto [error, count] = co_await transport_.ReadSome(buffer_.prepare(room));
      if (error) {
        error_code ended = error;
        // A body without a length ends with the connection; with TLS only after its
        // goodbye, or anybody could cut it off.
        if (error == asio::error::eof && !head) parser_->put_eof(ended);
        if (ended) co_return Explain(part, ended);
        continue;
      }
      if (std::exchange(awaited_, false)) head_.began = base::Now();
      wire_bytes_ += count;
      buffer_.commit(count);
    }
    error_code error;
    const size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    fed += used;
    if (error && error != http::error::need_more) co_return Explain(part, error);
    needs_more = error || used == 0;
  }
  co_return absl::OkStatus();
}

absl::Status ResponseReader::Explain(Part part, const error_code& error) const {
  if (!body_error_.ok()) return body_error_;
  if (error == http::error::header_limit) {
    return absl::ResourceExhaustedError(
        base::StrCat("the response's header is larger than ", limits_.header_bytes, " bytes"));
  }
  if (error == http::error::body_limit) {
    return absl::ResourceExhaustedError(
        base::StrCat("the body is larger than ", limits_.wire_bytes, " bytes"));
  }
  if (IsEnd(error) || error == http::error::partial_message) {
    return absl::UnavailableError(
        !begun() ? "the connection was closed before an answer"
                 : base::StrCat("the connection was closed within the response's ",
                                part == Part::kHead ? "header" : "body"));
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return absl::InvalidArgumentError(
        base::StrCat("the answer is not HTTP/1.1: ", error.message()));
  }
  return absl::UnavailableError(base::StrCat("the connection failed: ", error.message()));
}

}  // namespace gpuscaler::engines
