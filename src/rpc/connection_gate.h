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
#include <unordered_map>
#include <unordered_set>

#include "base/mutex.h"
#include "rpc/descriptor.h"
#include "rpc/memory_guard.h"

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
  };
  // `hand_over` gets each new non-blocking descriptor, which it owns, on the
  // gate's thread. `own`: it was expected.
  ConnectionGate(Descriptor listener, Limits limits,
                 std::function<void(int fd, bool own)> hand_over);
  ~ConnectionGate();

  void Start();
  // Closes the listener, joins. Connections stay as they are, and so do the
  // counters. Again: nothing.
  void Stop();

  // Any thread. `peer` as gRPC names it: "ipv4:10.0.0.7:40122". What gRPC then
  // does is what it does when the client hangs up.
  void CloseConnection(std::string_view peer);
  // Any thread. Closes the connections of all peers but these, once what was
  // written to them is out.
  void CloseAllBut(const std::unordered_set<std::string>& peers);

  // Any thread. The next connection whose other end has this PeerName is the
  // process's own: the caller holds that end, from before this until Unexpect.
  void Expect(const std::string& peer);
  void Unexpect(const std::string& peer);

  uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  // By CloseConnection, to save memory, or to make room.
  uint64_t closed() const { return closed_.load(std::memory_order_relaxed); }
  size_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  struct Connection {
    Descriptor duplicate;
    std::string peer;     // "10.0.0.7:40122", "fd00::7:40122"
    bool closed = false;  // by CloseConnection, and its end not seen yet
    uint64_t number = 0;  // of those accepted
  };

  void Run();
  void AcceptAll();
  void GuardMemory();
  void CloseWatched(int fd, Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Admit(Descriptor connection, const sockaddr_storage& peer);
  // Whether there is room for one more from this peer: another may have to make it.
  bool HasRoom(const std::string& peer, size_t most) ABSL_LOCKS_EXCLUDED(mutex_);
  bool Watch(Descriptor duplicate, std::string peer);
  void Forget(int fd);
  // Once for each Expect.
  bool IsExpected(const std::string& peer);

  const Limits limits_;
  const std::function<void(int, bool)> hand_over_;
  Descriptor listener_;
  Descriptor epoll_;
  Descriptor stop_;  // an eventfd
  base::Mutex mutex_;
  std::unordered_map<int, Connection> watched_ ABSL_GUARDED_BY(mutex_);
  std::unordered_set<std::string> expected_ ABSL_GUARDED_BY(mutex_);
  // The gate's thread only.
  bool paused_ = false;  // no descriptors left
  MemoryGuard guard_;
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> refused_{0};
  std::atomic<uint64_t> closed_{0};
  std::atomic<size_t> open_{0};
  std::thread thread_;  // no jthread: it waits in epoll, which `stop_` ends
};

}  // namespace gpuscaler::rpc
