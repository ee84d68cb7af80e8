// The open HTTP connections of a server: reads requests, writes responses,
// keeps every limit. Internal to this folder.
//
// Everything runs on the io_context's one thread; only the counters are read by
// others.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/steady_timer.hpp"
#include "web/http_message.h"
#include "web/http_server.h"

namespace gpuscaler::web {

struct HttpCounters {
  std::atomic<uint64_t> open{0};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> evicted{0};
  std::atomic<uint64_t> timed_out{0};
  std::atomic<uint64_t> rejected{0};
  std::atomic<uint64_t> accept_errors{0};
};

class Connections {
 public:
  // All arguments must outlive the io_context's last handler.
  Connections(boost::asio::io_context& io, const HttpOptions& options, HttpCounters& counters);

  // Serves `socket` until its end, making room for it first.
  void Serve(boost::asio::ip::tcp::socket socket, std::span<const HttpRoute> routes);

  void CloseAll();

 private:
  // What a connection waits for; always its client, since handlers run inline.
  enum class Phase : uint8_t { kIdle, kRequest, kWriting, kLingering };
  struct Connection;

  boost::asio::awaitable<void> Run(Connection& connection);
  boost::asio::awaitable<void> Linger(Connection& connection);

  void Enter(Connection& connection, Phase phase, base::Duration limit);
  void Close(Connection& connection);
  void Evict();
  void ScheduleSweep(base::SteadyTime at);
  // Closes what is past its deadline.
  void Sweep();

  boost::asio::io_context& io_;
  const HttpOptions& options_;
  HttpCounters& counters_;
  std::vector<Connection*> live_;  // not closed; each owned by its coroutine's handler
  // One timer for all, set to a time not later than the earliest deadline.
  boost::asio::steady_timer sweep_timer_;
  base::SteadyTime sweep_at_ = base::SteadyTime::max();
};

}  // namespace gpuscaler::web
