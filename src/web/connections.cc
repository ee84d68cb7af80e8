#include "web/connections.h"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/buffer.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/asio/write.hpp"
#include "web/http_head.h"
#include "web/http_route.h"
#include "web/request_reader.h"

namespace gpuscaler::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Errors come back as values.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// What a client may still send to a connection that is about to close.
constexpr size_t kMaxLingerBytes = 256 * 1024;

}  // namespace

struct Connections::Connection {
  Connection(tcp::socket s, std::span<const HttpRoute> r) : socket(std::move(s)), routes(r) {}

  tcp::socket socket;
  const std::span<const HttpRoute> routes;
  Phase phase = Phase::kRequest;
  base::SteadyTime since = {};  // the phase's begin
  base::SteadyTime deadline = {};
};

Connections::Connections(asio::io_context& io, const HttpOptions& options, HttpCounters& counters)
    : io_(io), options_(options), counters_(counters), sweep_timer_(io) {}

void Connections::Serve(tcp::socket socket, std::span<const HttpRoute> routes) {
  if (!live_.empty() && live_.size() >= options_.max_connections) Evict();
  error_code ignored;  // a connection already reset shows itself on reading
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(std::move(socket), routes);
  live_.push_back(connection.get());
  counters_.open.store(live_.size(), std::memory_order_relaxed);
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  Enter(*connection, Phase::kRequest, options_.request_timeout);
  asio::co_spawn(io_, Run(*connection), [this, connection](const std::exception_ptr& thrown) {
    Close(*connection);
    if (thrown != nullptr) base::LogError("an HTTP connection failed for want of memory");
  });
}

asio::awaitable<void> Connections::Run(Connection& connection) {
  RequestReader reader(connection.socket, options_);
  for (bool first = true;; first = false) {
    if (!first && !reader.has_begun()) {
      reader.ReleaseBuffer();
      Enter(connection, Phase::kIdle, options_.idle_timeout);
      const auto [error] = co_await connection.socket.async_wait(tcp::socket::wait_read, kAwait);
      if (error) co_return;
    }
    if (!first) Enter(connection, Phase::kRequest, options_.request_timeout);
    const std::optional<ReceivedRequest> request = co_await reader.Read();
    if (!request.has_value()) co_return;
    if (request->refusal.has_value()) counters_.rejected.fetch_add(1, std::memory_order_relaxed);
    const HttpResponse response =
        request->refusal.has_value()
            ? *request->refusal
            : Answer(connection.routes, request->method, request->target, request->if_none_match);

    Enter(connection, Phase::kWriting, options_.write_timeout);
    const std::string head =
        RenderHead(response, request->keep_alive, std::chrono::system_clock::now());
    const bool with_body = request->method != "HEAD";
    const std::array<asio::const_buffer, 2> pieces = {
        asio::buffer(head), with_body ? asio::buffer(response.body) : asio::const_buffer()};
    const auto [error, written] = co_await asio::async_write(connection.socket, pieces, kAwait);
    if (error) co_return;
    if (!request->keep_alive) break;
  }
  co_await Linger(connection);
}

// Closing with unread input would reset the connection, and the response with
// it: first the client is given time to close.
asio::awaitable<void> Connections::Linger(Connection& connection) {
  error_code ignored;
  connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
  Enter(connection, Phase::kLingering, options_.linger_timeout);
  std::array<char, 512> dropped;
  for (size_t total = 0; total < kMaxLingerBytes;) {
    const auto [error, count] =
        co_await connection.socket.async_read_some(asio::buffer(dropped), kAwait);
    if (error) co_return;
    total += count;
  }
}

void Connections::Enter(Connection& connection, Phase phase, base::Duration limit) {
  if (!connection.socket.is_open()) return;
  connection.phase = phase;
  connection.since = base::Now();
  connection.deadline = connection.since + limit;
  if (connection.deadline < sweep_at_) ScheduleSweep(connection.deadline);
}

void Connections::Close(Connection& connection) {
  error_code ignored;
  connection.socket.close(ignored);  // its coroutine ends with an error
  std::erase(live_, &connection);
  counters_.open.store(live_.size(), std::memory_order_relaxed);
}

void Connections::CloseAll() {
  while (!live_.empty()) Close(*live_.back());
  sweep_timer_.cancel();
}

void Connections::Evict() {
  const auto rank = [](const Connection* connection) {
    return std::pair(connection->phase == Phase::kWriting, connection->since);
  };
  counters_.evicted.fetch_add(1, std::memory_order_relaxed);
  Close(**std::min_element(live_.begin(), live_.end(),
                           [&](const auto* a, const auto* b) { return rank(a) < rank(b); }));
}

void Connections::ScheduleSweep(base::SteadyTime at) {
  sweep_at_ = at;
  sweep_timer_.expires_at(at);
  sweep_timer_.async_wait([this](const error_code& error) {
    if (!error) Sweep();
  });
}

void Connections::Sweep() {
  const base::SteadyTime now = base::Now();
  base::SteadyTime next = base::SteadyTime::max();
  for (size_t i = live_.size(); i-- > 0;) {
    Connection& connection = *live_[i];
    if (connection.deadline > now) {
      next = std::min(next, connection.deadline);
      continue;
    }
    const bool fault = connection.phase == Phase::kRequest || connection.phase == Phase::kWriting;
    if (fault) counters_.timed_out.fetch_add(1, std::memory_order_relaxed);
    Close(connection);
  }
  sweep_at_ = base::SteadyTime::max();
  if (next != base::SteadyTime::max()) ScheduleSweep(next);
}

}  // namespace gpuscaler::web
