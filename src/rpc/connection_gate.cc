#include "rpc/connection_gate.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/periodic_thread.h"

namespace gpuscaler::rpc {
namespace {

constexpr int kPauseMs = 100;  // after accept() found no descriptor

bool IsLoopback(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

bool AddToEpoll(int epoll, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

ConnectionGate::ConnectionGate(Descriptor listener, Limits limits,
                               std::function<void(int)> hand_over)
    : limits_(limits),
      hand_over_(std::move(hand_over)),
      listener_(std::move(listener)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  AddToEpoll(epoll_.get(), listener_.get(), EPOLLIN | EPOLLET);
  AddToEpoll(epoll_.get(), stop_.get(), EPOLLIN);
  thread_ = std::thread([this] {
    base::SetThreadName("accept");
    Run();
  });
}

ConnectionGate::~ConnectionGate() {
  Stop();
}

void ConnectionGate::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof(one));
  thread_.join();
  // Closed, or clients would wait in the backlog for nobody.
  listener_ = Descriptor();
}

void ConnectionGate::Run() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 paused_ ? kPauseMs : -1);
    // The listener is edge-triggered: after a pause nothing tells of the
    // connections that still wait, so accept() is tried again in any case.
    bool accept_now = std::exchange(paused_, false);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == stop_.get()) return;
      if (fd == listener_.get()) {
        accept_now = true;
      } else {
        watched_.erase(fd);
        open_.store(watched_.size(), std::memory_order_relaxed);
      }
    }
    if (accept_now) AcceptAll();
  }
}

void ConnectionGate::AcceptAll() {
  while (true) {
    sockaddr_storage peer = {};
    socklen_t length = sizeof(peer);
    Descriptor connection(accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.get() >= 0) {
      accepted_.fetch_add(1, std::memory_order_relaxed);
      Admit(std::move(connection), IsLoopback(peer));
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

void ConnectionGate::Admit(Descriptor connection, bool local) {
  const size_t most = limits_.most + (local ? limits_.most_local : 0);
  if (watched_.size() >= most) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const int on = 1;
  setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (!Watch(Descriptor(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0)))) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  hand_over_(connection.Release());
}

bool ConnectionGate::Watch(Descriptor duplicate) {
  const int fd = duplicate.get();
  if (fd < 0 || !AddToEpoll(epoll_.get(), fd, EPOLLRDHUP | EPOLLONESHOT)) return false;
  watched_.emplace(fd, std::move(duplicate));
  open_.store(watched_.size(), std::memory_order_relaxed);
  return true;
}

}  // namespace gpuscaler::rpc
