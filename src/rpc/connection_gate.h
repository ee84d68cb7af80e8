// Accepts the connections of a gRPC server and limits how many there are.
//
// gRPC 1.51 has no such limit, and its own listener stops accepting for ever
// once accept() has failed for want of file descriptors; this one waits and
// goes on. Of each connection that is handed to gRPC a duplicate descriptor is
// kept, to see it end (gRPC shuts a socket down before it closes it, which every
// duplicate notices) and to end it, for one, when it makes the process's memory
// grow above a limit.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>

#include "base/complaint_limit.h"
#include "base/descriptor.h"
#include "base/mutex.h"
#include "rpc/memory_guard.h"
#include "rpc/open_connections.h"

namespace gpuscaler::rpc {

class ConnectionGate {
 public:
  struct Limits {
    size_t most = 1024;
    // Further ones for peers on this machine: the server's look at itself must
    // get through while somebody holds all the others.
    size_t most_local = 16;
    // Resident memory above which the connections that make it grow are closed;
    // 0: no limit.
    uint64_t memory_bytes = 0;
    // Connections are over TLS: whose handshake failed is logged.
    bool tls = false;
  };
  // `hand_over` gets each new non-blocking descriptor, which it owns, on the
  // gate's thread. `own`: it was expected.
  ConnectionGate(base::Descriptor listener, Limits limits,
                 std::function<void(int fd, bool own)> hand_over);
  ~ConnectionGate();

  void Start();
  // Closes the listener, joins. Connections stay as they are, and so do the
  // counters. Again: nothing.
  void Stop();

  // Any thread. See OpenConnections.
  void CloseConnection(std::string_view peer) { connections_.ClosePeer(peer); }
  void CloseAllBut(const std::unordered_set<std::string>& peers) {
    connections_.CloseAllBut(peers);
  }

  // Any thread. The next connection whose other end has this PeerName is the
  // process's own: the caller holds that end, from before this until Unexpect.
  void Expect(const std::string& peer);
  void Unexpect(const std::string& peer);

  uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  // By CloseConnection, to save memory, or to make room.
  uint64_t closed() const { return connections_.closed(); }
  size_t open() const { return connections_.size(); }

 private:
  void Run();
  void AcceptAll();
  void GuardMemory();
  // Its end was seen.
  void Forget(int fd);
  void Admit(base::Descriptor connection, const sockaddr_storage& peer);
  // Once for each Expect.
  bool IsExpected(const std::string& peer);

  const Limits limits_;
  const std::function<void(int, bool)> hand_over_;
  base::Descriptor listener_;
  base::Descriptor epoll_;
  base::Descriptor stop_;  // an eventfd
  OpenConnections connections_;
  base::Mutex mutex_;
  std::unordered_set<std::string> expected_ ABSL_GUARDED_BY(mutex_);
  // The gate's thread only.
  bool paused_ = false;  // no descriptors left
  MemoryGuard guard_;
  base::ComplaintLimit complaints_;
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> refused_{0};
  std::thread thread_;  // no jthread: it waits in epoll, which `stop_` ends
};

}  // namespace gpuscaler::rpc
