#include "engines/scraping/transport.h"

#include <algorithm>

#include "base/strings.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/ip/address_v4.hpp"
#include "boost/asio/ip/address_v6.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/asio/write.hpp"

namespace gpuscaler::engines {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

asio::ip::address ToAsio(const IpAddress& address) {
  const auto bytes = address.bytes();
  if (address.is_v4()) {
    asio::ip::address_v4::bytes_type v4;
    std::copy(bytes.begin(), bytes.end(), v4.begin());
    return asio::ip::address_v4(v4);
  }
  asio::ip::address_v6::bytes_type v6;
  std::copy(bytes.begin(), bytes.end(), v6.begin());
  return asio::ip::address_v6(v6);
}

}  // namespace

asio::awaitable<absl::Status> Transport::Open(const Endpoint& endpoint, const IpAddress& address,
                                              TlsTrust& trust) {
  Close();
  tls_.reset();
  if (endpoint.scheme == Scheme::kHttps) {
    auto context = trust.Context(base::Now());
    if (!context.ok()) co_return context.status();
    context_ = *std::move(context);
  }
  const tcp::endpoint peer(ToAsio(address), endpoint.port);
  error_code error;
  socket_.open(peer.protocol(), error);
  if (error) co_return absl::UnavailableError(base::StrCat("no socket: ", error.message()));
  const auto [refused] = co_await socket_.async_connect(peer, kAwait);
  if (refused) {
    Close();
    co_return absl::UnavailableError(base::StrCat("cannot connect: ", refused.message()));
  }
  socket_.set_option(tcp::no_delay(true), error);
  if (endpoint.scheme == Scheme::kHttp) co_return absl::OkStatus();

  tls_.emplace(socket_, *context_);
  if (absl::Status set = ExpectHost(*tls_, endpoint); !set.ok()) co_return set;
  const auto [failed] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kAwait);
  if (!failed) co_return absl::OkStatus();
  const std::string why = HandshakeError(*tls_, failed);
  Close();
  co_return absl::UnavailableError(why);
}

asio::awaitable<Transport::Transferred> Transport::Write(const std::string& bytes) {
  if (tls_) return asio::async_write(*tls_, asio::buffer(bytes), kAwait);
  return asio::async_write(socket_, asio::buffer(bytes), kAwait);
}

asio::awaitable<Transport::Transferred> Transport::ReadSome(asio::mutable_buffer into) {
  if (tls_) return tls_->async_read_some(into, kAwait);
  return socket_.async_read_some(into, kAwait);
}

// Without TLS's goodbye, for which a peer could make us wait: a request is answered
// whole or not at all, so that there is nothing left to protect.
void Transport::Close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace gpuscaler::engines
