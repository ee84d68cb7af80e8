#include "web/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <exception>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/periodic_thread.h"
#include "base/strings.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "rpc/listener.h"
#include "web/connections.h"

namespace gpuscaler::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

tcp Protocol(const base::Descriptor& socket) {
  int domain = AF_INET;
  socklen_t length = sizeof(domain);
  getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &domain, &length);
  return domain == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

HttpStats& HttpStats::operator+=(const HttpStats& other) {
  open_connections += other.open_connections;
  accepted += other.accepted;
  evicted += other.evicted;
  timed_out += other.timed_out;
  rejected += other.rejected;
  accept_errors += other.accept_errors;
  return *this;
}

class HttpServer::Impl {
 public:
  explicit Impl(HttpOptions options)
      : options_(std::move(options)), connections_(io_, options_, counters_) {}
  ~Impl() { Stop(); }

  absl::Status Open(HttpListen listen) {
    auto socket = rpc::Listen(listen.address, listen.port);
    if (!socket.ok()) return socket.status();
    listeners_.emplace_back(io_, *std::move(socket), std::move(listen.routes));
    return absl::OkStatus();
  }

  void Run() {
    for (Listener& listener : listeners_) {
      asio::co_spawn(io_, Accept(listener), [](const std::exception_ptr& thrown) {
        // A server that accepts no more must not live on: out of memory.
        if (thrown != nullptr) std::terminate();
      });
    }
    thread_ = std::jthread([this] {
      base::SetThreadName(options_.thread);
      io_.run();
    });
  }

  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      for (Listener& listener : listeners_) {
        boost::system::error_code ignored;
        listener.acceptor.close(ignored);
        listener.pause.cancel();
      }
      connections_.CloseAll();
    });
    thread_.join();
  }

  uint16_t port(size_t index) const { return listeners_[index].port; }

  HttpStats Stats() const {
    const auto get = [](const std::atomic<uint64_t>& counter) {
      return counter.load(std::memory_order_relaxed);
    };
    HttpStats stats;
    stats.open_connections = get(counters_.open);
    stats.accepted = get(counters_.accepted);
    stats.evicted = get(counters_.evicted);
    stats.timed_out = get(counters_.timed_out);
    stats.rejected = get(counters_.rejected);
    stats.accept_errors = get(counters_.accept_errors);
    return stats;
  }

 private:
  struct Listener {
    Listener(asio::io_context& io, base::Descriptor socket, std::vector<HttpRoute> r)
        : acceptor(io, Protocol(socket), socket.get()),
          pause(io),
          port(rpc::BoundPort(socket)),
          routes(std::move(r)) {
      socket.Release();  // the acceptor's from here on
    }

    tcp::acceptor acceptor;
    asio::steady_timer pause;
    const uint16_t port;
    const std::vector<HttpRoute> routes;
  };

  asio::awaitable<void> Accept(Listener& listener) {
    bool failing = false;
    while (true) {
      auto [error, socket] = co_await listener.acceptor.async_accept(kAwait);
      if (!listener.acceptor.is_open()) co_return;
      if (!error) {
        failing = false;
        connections_.Serve(std::move(socket), listener.routes);
        continue;
      }
      counters_.accept_errors.fetch_add(1, std::memory_order_relaxed);
      if (error == asio::error::connection_aborted) continue;
      // EMFILE, ENFILE, ENOBUFS and whatever else: the connection stays in the
      // backlog, so trying again at once would spin.
      if (!std::exchange(failing, true)) {
        base::LogWarn("cannot accept HTTP connections; trying on",
                      {{"port", listener.port}, {"error", error.message()}});
      }
      listener.pause.expires_after(options_.accept_pause);
      co_await listener.pause.async_wait(kAwait);
    }
  }

  const HttpOptions options_;
  HttpCounters counters_;
  asio::io_context io_{1};  // one thread runs it
  Connections connections_;
  std::deque<Listener> listeners_;
  std::jthread thread_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpOptions options,
                                                              std::vector<HttpListen> listeners) {
  auto impl = std::make_unique<Impl>(std::move(options));
  for (HttpListen& listen : listeners) {
    const absl::Status opened = impl->Open(std::move(listen));
    if (!opened.ok()) return opened;
  }
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

void HttpServer::Stop() {
  impl_->Stop();
}

uint16_t HttpServer::port(size_t index) const {
  return impl_->port(index);
}

HttpStats HttpServer::Stats() const {
  return impl_->Stats();
}

}  // namespace gpuscaler::web
