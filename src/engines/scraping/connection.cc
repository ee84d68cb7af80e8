#include "engines/scraping/connection.h"

#include <memory>
#include <utility>

#include "base/strings.h"
#include "boost/asio/steady_timer.hpp"
#include "engines/endpoint/shown_url.h"
#include "engines/scraping/response_reader.h"

namespace gpuscaler::engines {
namespace {

namespace asio = boost::asio;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

// Closes the transport at a time that moves on from phase to phase.
class Connection::Deadline {
 public:
  Deadline(asio::io_context& io, Transport& transport)
      : timer_(io), state_(std::make_shared<State>(State{&transport, false})) {}
  // A handler that is already on its way finds nothing to close.
  ~Deadline() { state_->transport = nullptr; }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void Set(base::SteadyTime at, std::string phase) {
    phase_ = std::move(phase);
    timer_.expires_at(at);
    timer_.async_wait([state = state_](const boost::system::error_code& error) {
      if (error || state->transport == nullptr) return;
      state->passed = true;
      state->transport->Close();
    });
  }
  bool passed() const { return state_->passed; }
  absl::Status Status() const { return absl::DeadlineExceededError(base::StrCat("no ", phase_)); }

 private:
  struct State {
    Transport* transport;
    bool passed;
  };
  asio::steady_timer timer_;
  std::string phase_;
  std::shared_ptr<State> state_;
};

struct Connection::Hop {
  Hop(std::string t, std::optional<std::string> bearer)
      : target(std::move(t)), token(std::move(bearer)) {}

  const base::SteadyTime began = base::Now();
  std::string target;
  std::optional<std::string> token;
  std::string location;   // where the answer redirects to
  bool answered = false;  // a byte of an answer came
  int redirects = 0;
};

Connection::Connection(asio::io_context& io, const Endpoint& endpoint, const IpAddress& address,
                       const FetchLimits& limits, TlsTrust& trust)
    : io_(io),
      endpoint_(endpoint),
      address_(address),
      limits_(limits),
      trust_(trust),
      transport_(io) {}

asio::awaitable<absl::Status> Connection::Get(std::optional<std::string> token, BodySink sink) {
  closed_ = false;
  Deadline deadline(io_, transport_);
  Hop hop(endpoint_.target, std::move(token));
  absl::Status status;
  while (true) {
    const bool kept = transport_.is_open();
    status = co_await Ask(hop, sink, deadline);
    const bool stale = kept && !status.ok() && !hop.answered && !deadline.passed() && !closed_;
    if (stale) {
      transport_.Close();
      continue;
    }
    if (!status.ok() || hop.location.empty() || closed_) break;
    // The token was for where the operator sends it, not for where an answer points.
    hop.token.reset();
    hop.target = std::exchange(hop.location, {});
    hop.answered = false;
  }
  if (closed_) status = absl::CancelledError("the endpoint is not read any more");
  if (!status.ok()) transport_.Close();
  co_return status;
}

void Connection::Close() {
  closed_ = true;
  transport_.Close();
}

asio::awaitable<absl::Status> Connection::Ask(Hop& hop, const BodySink& sink, Deadline& deadline) {
  if (!transport_.is_open()) {
    const base::SteadyTime whole = hop.began + limits_.whole;
    deadline.Set(std::min(base::Now() + limits_.connect, whole),
                 base::StrCat("connection within ", base::FormatDuration(limits_.connect)));
    absl::Status opened = co_await transport_.Open(endpoint_, address_, trust_);
    if (deadline.passed()) co_return deadline.Status();
    if (!opened.ok()) co_return opened;
  }
  deadline.Set(hop.began + limits_.header,
               base::StrCat("answer within ", base::FormatDuration(limits_.header)));
  const std::string request = Request(hop);
  const auto [error, written] = co_await transport_.Write(request);
  if (deadline.passed()) co_return deadline.Status();
  if (error) {
    co_return absl::UnavailableError(base::StrCat("the connection failed: ", error.message()));
  }
  ResponseReader reader(transport_, limits_);
  absl::Status read = co_await ReadAnswer(reader, hop, sink, deadline);
  hop.answered = reader.begun();
  wire_bytes_ += reader.wire_bytes();
  if (deadline.passed()) co_return deadline.Status();
  if (!reader.reusable()) transport_.Close();
  co_return read;
}

asio::awaitable<absl::Status> Connection::ReadAnswer(ResponseReader& reader, Hop& hop,
                                                     const BodySink& sink, Deadline& deadline) {
  if (absl::Status head = co_await reader.ReadHead(); !head.ok()) co_return head;
  const int status = reader.head().status;
  if (IsRedirect(status)) co_return Redirect(reader, hop);
  if (status != 200) {
    co_return absl::FailedPreconditionError(base::StrCat(
        "the answer has status ", status, "; 200 is right",
        status == 401 || status == 403 ? "; a token is given to the scaler by --engine-auth" : ""));
  }
  if (absl::Status begun = sink.begin(reader.head().began, reader.head().content_type); !begun.ok())
    co_return begun;
  deadline.Set(hop.began + limits_.whole,
               base::StrCat("end of the answer within ", base::FormatDuration(limits_.whole)));
  co_return co_await reader.ReadBody(sink.feed);
}

absl::Status Connection::Redirect(const ResponseReader& reader, Hop& hop) const {
  const std::string& location = reader.head().location;
  const auto refused = [&](std::string_view why) {
    return absl::FailedPreconditionError(base::StrCat("the answer redirects (",
                                                      reader.head().status, ") to \"",
                                                      Excerpt(ShownUrl(location)), "\"; ", why));
  };
  if (limits_.redirects == 0) {
    return refused("redirects are not followed; name the final URL");
  }
  if (hop.redirects++ >= limits_.redirects) return refused("that is one redirect too many");
  // "//host/path" would be another host.
  const bool is_path = location.starts_with('/') && !location.starts_with("//");
  const auto next = ParseEndpoint(
      is_path ? base::StrCat(
                    endpoint_.ToUrl().substr(0, endpoint_.ToUrl().size() - endpoint_.target.size()),
                    location)
              : location,
      "/");
  if (!next.ok()) return refused(base::Message(next.status()));
  if (!next->SameOrigin(endpoint_)) {
    return refused("only redirects to the same scheme, host and port are followed");
  }
  hop.location = next->target;
  return absl::OkStatus();
}

std::string Connection::Request(const Hop& hop) const {
  std::string request = base::StrCat(
      "GET ", hop.target, " HTTP/1.1\r\nHost: ", endpoint_.Authority(),
      "\r\nUser-Agent: keda-gpu-scaler\r\n"
      "Accept: text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,"
      "*/*;q=0.1\r\nAccept-Encoding: gzip\r\n");
  if (hop.token) base::StrAppend(&request, "Authorization: Bearer ", *hop.token, "\r\n");
  request += "\r\n";
  return request;
}

}  // namespace gpuscaler::engines
