#include "rpc/connection_gate.h"

#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/memory.h"
#include "base/periodic_thread.h"
#include "rpc/library_log.h"
#include "rpc/peer_name.h"

namespace gpuscaler::rpc {
namespace {

// ServerOptions' time-out of it, and a little.
constexpr base::Duration kLongestHandshake = std::chrono::seconds(11);
constexpr base::Duration kAMoment = std::chrono::milliseconds(100);

bool AddToEpoll(int epoll, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

ConnectionGate::ConnectionGate(base::Descriptor listener, Limits limits,
                               std::function<void(int, bool)> hand_over)
    : limits_(limits),
      hand_over_(std::move(hand_over)),
      listener_(std::move(listener)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      guard_(limits.memory_bytes) {
  AddToEpoll(epoll_.get(), listener_.get(), EPOLLIN | EPOLLET);
  AddToEpoll(epoll_.get(), stop_.get(), EPOLLIN);
}

ConnectionGate::~ConnectionGate() {
  Stop();
}

void ConnectionGate::Start() {
  thread_ = std::thread([this] {
    base::SetThreadName("accept");
    Run();
  });
}

void ConnectionGate::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof(one));
  thread_.join();
  // Closed, or clients would wait in the backlog for nobody.
  listener_ = base::Descriptor();
}

void ConnectionGate::Run() {
  std::array<epoll_event, 64> events;
  base::SteadyTime guard_at = {};
  while (true) {
    // Nobody connected: nobody to close.
    const int timeout = paused_ || open() > 0 ? MemoryGuard::kPeriodMs : -1;
    const int ready =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
    if (const base::SteadyTime now = base::Now(); now >= guard_at) {
      guard_at = now + std::chrono::milliseconds(MemoryGuard::kPeriodMs);
      GuardMemory();
    }
    // The listener is edge-triggered: after a pause nothing tells of the
    // connections that still wait, so accept() is tried again in any case.
    bool accept_now = std::exchange(paused_, false);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == stop_.get()) return;
      if (fd == listener_.get()) {
        accept_now = true;
      } else {
        Forget(fd);
      }
    }
    if (accept_now) AcceptAll();
  }
}

void ConnectionGate::AcceptAll() {
  while (true) {
    sockaddr_storage peer = {};
    socklen_t length = sizeof(peer);
    base::Descriptor connection(accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer),
                                        &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.get() >= 0) {
      accepted_.fetch_add(1, std::memory_order_relaxed);
      Admit(std::move(connection), peer);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      paused_ = true;
      return;
    } else if (errno == EINTR || errno == ECONNABORTED) {
      continue;
    } else {
      return;  // EAGAIN: all are taken
    }
  }
}

void ConnectionGate::Admit(base::Descriptor connection, const sockaddr_storage& peer) {
  std::string name = PeerName(peer);
  const bool own = IsExpected(name);
  const size_t most = limits_.most + (own || IsLoopback(peer) ? limits_.most_local : 0);
  if (!connections_.HasRoom(name, most)) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const int on = 1;
  setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  base::Descriptor duplicate(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
  if (duplicate.get() < 0 ||
      !AddToEpoll(epoll_.get(), duplicate.get(), EPOLLRDHUP | EPOLLONESHOT)) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  connections_.Add(std::move(duplicate), std::move(name), own, accepted(), base::Now());
  hand_over_(connection.Release(), own);
}

// gRPC 1.51 says why, and in the next moment ends the connection that it does not name.
void ConnectionGate::Forget(int fd) {
  const base::SteadyTime now = base::Now();
  const auto ended = connections_.Forget(fd, now);
  if (!limits_.tls || !ended || ended->own || ended->age > kLongestHandshake) return;
  const FailedHandshake last = LastFailedHandshake();
  if (now - last.at > kAMoment || !complaints_.Take(std::string(HostOf(ended->peer)), now)) return;
  base::LogWarn("a TLS handshake failed, probably of this peer",
                {{"peer", ended->peer}, {"error", last.why}});
}

void ConnectionGate::Expect(const std::string& peer) {
  base::MutexLock lock(mutex_);
  expected_.insert(peer);
}

void ConnectionGate::Unexpect(const std::string& peer) {
  base::MutexLock lock(mutex_);
  expected_.erase(peer);
}

bool ConnectionGate::IsExpected(const std::string& peer) {
  base::MutexLock lock(mutex_);
  return expected_.erase(peer) > 0;
}

void ConnectionGate::GuardMemory() {
  if (limits_.memory_bytes == 0) return;
  const uint64_t resident = base::ResidentBytes();
  if (guard_.ShouldTrim()) malloc_trim(0);
  std::vector<MemoryGuard::Traffic> traffic;
  if (guard_.NeedsTraffic(resident)) traffic = connections_.Traffic();
  for (const int fd : guard_.Tick(resident, traffic)) {
    const std::string peer = connections_.Close(fd);
    base::LogWarn("memory is above its limit: closing the connection that sends the most",
                  {{"residentMib", resident >> 20},
                   {"limitMib", limits_.memory_bytes >> 20},
                   {"peer", peer}});
  }
}

}  // namespace gpuscaler::rpc
