#include "bench/echo_load.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <utility>
#include <vector>

#include "base/descriptor.h"

namespace gpuscaler::bench {
namespace {

struct Connection {
  base::Descriptor socket;
  std::deque<base::SteadyTime> begun;  // of the messages in flight, oldest first
  size_t received = 0;                 // bytes of the oldest
};

absl::StatusOr<base::Descriptor> Connect(uint16_t port) {
  base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return absl::ErrnoToStatus(errno, "connect");
  }
  return socket;
}

// So few bytes are in flight that no send blocks or is cut short.
absl::Status Send(Connection& connection) {
  static constexpr std::array<char, kEchoBytes> kMessage = {};
  connection.begun.push_back(base::Now());
  if (send(connection.socket.get(), kMessage.data(), kMessage.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kMessage.size())) {
    return absl::ErrnoToStatus(errno, "send");
  }
  return absl::OkStatus();
}

// What has come; sends as many again. False: the load is over.
absl::StatusOr<bool> Receive(Connection& connection, Recorder& recorder) {
  std::array<char, 4096> bytes;
  const ssize_t count = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return absl::UnavailableError("the echo server closed a connection");
  connection.received += static_cast<size_t>(count);
  const base::SteadyTime now = base::Now();
  while (connection.received >= kEchoBytes) {
    connection.received -= kEchoBytes;
    const base::SteadyTime begun = connection.begun.front();
    connection.begun.pop_front();
    if (!recorder.Take(begun, now)) return false;
    if (absl::Status sent = Send(connection); !sent.ok()) return sent;
  }
  return true;
}

}  // namespace

absl::Status RunEchoLoad(const LoadOptions& options, Recorder& recorder) {
  const base::Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  std::deque<Connection> connections;  // a deque: epoll holds their addresses
  for (int i = 0; i < options.connections; ++i) {
    auto socket = Connect(options.port);
    if (!socket.ok()) return socket.status();
    Connection& connection = connections.emplace_back();
    connection.socket = *std::move(socket);
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    epoll_ctl(epoll.get(), EPOLL_CTL_ADD, connection.socket.get(), &event);
    for (int message = 0; message < options.in_flight; ++message) {
      if (absl::Status sent = Send(connection); !sent.ok()) return sent;
    }
  }
  std::array<epoll_event, 16> events;
  while (true) {
    const int ready = epoll_wait(epoll.get(), events.data(), events.size(), 10000);
    if (ready <= 0) return absl::UnavailableError("the echo server does not answer");
    for (int i = 0; i < ready; ++i) {
      const auto more =
          Receive(*static_cast<Connection*>(events[static_cast<size_t>(i)].data.ptr), recorder);
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
    }
  }
}

}  // namespace gpuscaler::bench
