// Accepts the connections of a gRPC server and limits how many there are.
//
// gRPC 1.51 has no such limit, and its own listener stops accepting for ever
// once accept() has failed for want of file descriptors; this one waits and
// goes on. Of each connection that is handed to gRPC a duplicate descriptor is
// kept, only to see it end: gRPC shuts a socket down before it closes it, which
// every duplicate notices.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <unordered_map>

#include "rpc/listener.h"

namespace gpuscaler::rpc {

class ConnectionGate {
 public:
  struct Limits {
    size_t most = 1024;
    // Further ones for peers on this machine: the server's look at itself must
    // get through while somebody holds all the others.
    size_t most_local = 16;
  };
  // `hand_over` gets each new non-blocking descriptor, which it owns, on the
  // gate's thread. Starts at once.
  ConnectionGate(Descriptor listener, Limits limits, std::function<void(int fd)> hand_over);
  ~ConnectionGate();

  // Closes the listener, joins. Connections stay as they are, and so do the
  // counters. Again: nothing.
  void Stop();

  uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  size_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  void Run();
  void AcceptAll();
  void Admit(Descriptor connection, bool local);
  bool Watch(Descriptor duplicate);

  const Limits limits_;
  const std::function<void(int)> hand_over_;
  Descriptor listener_;
  Descriptor epoll_;
  Descriptor stop_;                              // an eventfd
  std::unordered_map<int, Descriptor> watched_;  // the gate's thread only
  bool paused_ = false;                          // the gate's thread only: no descriptors left
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> refused_{0};
  std::atomic<size_t> open_{0};
  std::thread thread_;
};

}  // namespace gpuscaler::rpc
