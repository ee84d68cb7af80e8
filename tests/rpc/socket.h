// A plain TCP client for tests.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>

#include "rpc/listener.h"

namespace gpuscaler::rpc {

// Connected to 127.0.0.1:port from 127.0.0.`from`; an invalid descriptor when
// that failed.
inline base::Descriptor Connect(uint16_t port, uint32_t from = 1) {
  base::Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl((127U << 24) + from);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return base::Descriptor();
  }
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return base::Descriptor();
  }
  return fd;
}

// Connected to [::1]:port.
inline base::Descriptor Connect6(uint16_t port) {
  base::Descriptor fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return base::Descriptor();
  }
  return fd;
}

// The port of `connected`'s own end.
inline uint16_t LocalPort(const base::Descriptor& connected) {
  return BoundPort(connected);
}

// Whether the peer closes `fd` within ten seconds; data that comes is read away.
inline bool IsClosedByPeer(const base::Descriptor& fd) {
  while (true) {
    pollfd readable = {fd.get(), POLLIN, 0};
    if (poll(&readable, 1, 10'000) <= 0) return false;
    char buffer[4096];
    if (recv(fd.get(), buffer, sizeof(buffer), 0) <= 0) return true;
  }
}

}  // namespace gpuscaler::rpc
