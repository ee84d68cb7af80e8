// The connections that a gate has let in and has not seen end: who they are, and the
// ending of them.
//
// Of each a duplicate descriptor is held: what shuts it down ends the connection, and
// gRPC does then what it does when the client hangs up. Any thread, unless said
// otherwise.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/descriptor.h"
#include "base/mutex.h"
#include "base/time.h"
#include "rpc/address_shares.h"
#include "rpc/memory_guard.h"

namespace gpuscaler::rpc {

class OpenConnections {
 public:
  // Peers are called as by PeerName(sockaddr). `number` grows with each connection.
  // The gate's thread.
  void Add(base::Descriptor duplicate, std::string peer, bool own, uint64_t number,
           base::SteadyTime now);
  struct Ended {
    std::string peer;
    bool own;  // as it was added
    base::Duration age;
  };
  // Its end was seen at `now`. Empty: it was forgotten before. The gate's thread.
  std::optional<Ended> Forget(int fd, base::SteadyTime now);

  // Whether there is room for one more from `peer` beside `most`: another may have to
  // make it.
  bool HasRoom(const std::string& peer, size_t most);

  // `peer` as gRPC names it: "ipv4:10.0.0.7:40122".
  void ClosePeer(std::string_view peer);
  // Those of all peers but these, once what was written to them is out.
  void CloseAllBut(const std::unordered_set<std::string>& peers);
  // One of them, on the gate's thread. Its peer.
  std::string Close(int fd);

  std::vector<MemoryGuard::Traffic> Traffic();

  size_t size() const { return size_.load(std::memory_order_relaxed); }
  // By all of the above but CloseAllBut.
  uint64_t closed() const { return closed_.load(std::memory_order_relaxed); }

 private:
  struct Connection {
    base::Descriptor duplicate;
    std::string peer;
    bool own = false;
    bool closed = false;  // and its end not seen yet
    uint64_t number = 0;
    base::SteadyTime since;
  };

  void Close(int fd, Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  base::Mutex mutex_;
  std::unordered_map<int, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  AddressShares shares_ ABSL_GUARDED_BY(mutex_);  // of those that are not closed
  std::atomic<size_t> size_{0};
  std::atomic<uint64_t> closed_{0};
};

}  // namespace gpuscaler::rpc
