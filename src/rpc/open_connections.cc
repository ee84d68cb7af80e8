#include "rpc/open_connections.h"

#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "rpc/peer_name.h"

namespace gpuscaler::rpc {

void OpenConnections::Add(base::Descriptor duplicate, std::string peer, bool own, uint64_t number,
                          base::SteadyTime now) {
  const int fd = duplicate.get();
  base::MutexLock lock(mutex_);
  shares_.Add(HostOf(peer), number);
  connections_.emplace(fd,
                       Connection{std::move(duplicate), std::move(peer), own, false, number, now});
  size_.store(connections_.size(), std::memory_order_relaxed);
}

std::optional<OpenConnections::Ended> OpenConnections::Forget(int fd, base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  const auto connection = connections_.find(fd);
  if (connection == connections_.end()) return std::nullopt;
  if (!connection->second.closed) {
    shares_.Remove(HostOf(connection->second.peer), connection->second.number);
  }
  Ended ended = {std::move(connection->second.peer), connection->second.own,
                 now - connection->second.since};
  connections_.erase(connection);
  size_.store(connections_.size(), std::memory_order_relaxed);
  return ended;
}

bool OpenConnections::HasRoom(const std::string& peer, size_t most) {
  base::MutexLock lock(mutex_);
  if (shares_.size() < most) return true;
  const std::optional<uint64_t> leaves = shares_.ToMakeRoom(HostOf(peer));
  if (!leaves) return false;
  const auto connection =
      std::find_if(connections_.begin(), connections_.end(),
                   [&leaves](const auto& each) { return each.second.number == *leaves; });
  Close(connection->first, connection->second);
  return true;
}

void OpenConnections::ClosePeer(std::string_view peer) {
  const std::string name = PeerName(peer);
  base::MutexLock lock(mutex_);
  for (auto& [fd, connection] : connections_) {
    if (connection.peer == name) Close(fd, connection);
  }
}

void OpenConnections::CloseAllBut(const std::unordered_set<std::string>& peers) {
  std::unordered_set<std::string> kept;
  for (const std::string& peer : peers) kept.insert(PeerName(peer));
  base::MutexLock lock(mutex_);
  for (const auto& [fd, connection] : connections_) {
    if (!kept.contains(connection.peer)) shutdown(fd, SHUT_RDWR);
  }
}

std::string OpenConnections::Close(int fd) {
  base::MutexLock lock(mutex_);
  Connection& connection = connections_.at(fd);
  Close(fd, connection);
  return connection.peer;
}

std::vector<MemoryGuard::Traffic> OpenConnections::Traffic() {
  std::vector<MemoryGuard::Traffic> traffic;
  base::MutexLock lock(mutex_);
  for (const auto& [fd, connection] : connections_) traffic.push_back({fd, ReceivedBytes(fd)});
  return traffic;
}

void OpenConnections::Close(int fd, Connection& connection) {
  if (std::exchange(connection.closed, true)) return;
  shares_.Remove(HostOf(connection.peer), connection.number);
  closed_.fetch_add(1, std::memory_order_relaxed);  // before anybody can see it
  // Reset once gRPC has closed it: a peer that goes on sending would otherwise
  // keep a half-closed connection in the kernel.
  const linger reset = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  shutdown(fd, SHUT_RDWR);
}

}  // namespace gpuscaler::rpc
