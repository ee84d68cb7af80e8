// The other yardstick: sends back what comes, on one thread. Prints its port;
// runs until its standard input ends.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "rpc/listener.h"

namespace {

void Watch(int epoll, int fd) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void Accept(int epoll, int listener) {
  const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  Watch(epoll, connection);
}

void Echo(int connection) {
  std::array<char, 4096> bytes;
  const ssize_t count = recv(connection, bytes.data(), bytes.size(), 0);
  if (count > 0) {
    send(connection, bytes.data(), static_cast<size_t>(count), MSG_NOSIGNAL);
  } else {
    close(connection);
  }
}

}  // namespace

int main() {
  const auto listener = gpuscaler::rpc::Listen("127.0.0.1", 0);
  if (!listener.ok()) {
    std::fprintf(stderr, "echo_server: %s\n", listener.status().ToString().c_str());
    return 1;
  }
  std::printf("%d\n", gpuscaler::rpc::BoundPort(*listener));
  std::fflush(stdout);
  const gpuscaler::base::Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  Watch(epoll.get(), listener->get());
  Watch(epoll.get(), STDIN_FILENO);
  std::array<epoll_event, 16> events;
  while (true) {
    const int ready = epoll_wait(epoll.get(), events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == STDIN_FILENO) return 0;
      if (fd == listener->get()) {
        Accept(epoll.get(), fd);
      } else {
        Echo(fd);
      }
    }
  }
}
