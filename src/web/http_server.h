// A small HTTP/1.1 server for probes, /metrics and the status page: GET and
// HEAD only, all listeners on one thread, which runs the handlers too.
//
// It is made to keep answering probes under abuse. Every state of a connection
// has a time limit, every size is bounded, and a new connection is never turned
// away for want of room: at max_connections the one that has kept the server
// waiting longest makes place, those that owe a request before those that owe
// the reading of a response. What does not parse is answered 400 (or 413, 431,
// 505) and closed. accept() that fails, for want of descriptors for example, is
// tried again after a pause.
//
// Start, Stop and the destructor belong to one thread; the rest is thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "web/http_message.h"

namespace gpuscaler::web {

struct HttpOptions {
  std::string thread = "http";           // its name
  size_t max_connections = 256;          // over all listeners; at least 1
  uint32_t max_header_bytes = 8 * 1024;  // request line included
  uint64_t max_body_bytes = 64 * 1024;   // framing of chunks included; bodies are dropped
  // From accept, or a request's first byte, to its last.
  base::Duration request_timeout = std::chrono::seconds(10);
  // Between a response and the next request's first byte.
  base::Duration idle_timeout = std::chrono::seconds(75);
  // For a client to take one response whole.
  base::Duration write_timeout = std::chrono::seconds(10);
  // For a client to close after the last response, so that it can read that.
  base::Duration linger_timeout = std::chrono::seconds(1);
  base::Duration accept_pause = std::chrono::milliseconds(100);
};

struct HttpListen {
  // An IP address; empty: every IPv6 and IPv4 address, or IPv4's alone where
  // the kernel has no IPv6.
  std::string address;
  uint16_t port = 0;  // 0: the kernel's choice
  std::vector<HttpRoute> routes;
};

struct HttpStats {
  uint64_t open_connections = 0;
  uint64_t accepted = 0;
  uint64_t evicted = 0;        // closed to make room for a newer one
  uint64_t timed_out = 0;      // request_timeout and write_timeout
  uint64_t rejected = 0;       // requests malformed or above a limit
  uint64_t accept_errors = 0;  // accept() failed

  HttpStats& operator+=(const HttpStats& other);
};

class HttpServer {
 public:
  // Listens on all or on none; errors are rpc::Listen's: INVALID_ARGUMENT for
  // what is no IP address, ALREADY_EXISTS for a port in use.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpOptions options,
                                                           std::vector<HttpListen> listeners);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Closes the listeners and all connections, whatever they do, and ends the
  // thread; waits for a handler that runs. Again: nothing.
  void Stop();

  // The port of `listeners[index]`.
  uint16_t port(size_t index) const;

  HttpStats Stats() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::web
