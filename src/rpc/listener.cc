#include "rpc/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace gpuscaler::rpc {
namespace {

constexpr int kBacklog = 512;

struct Address {
  sockaddr_storage storage = {};
  socklen_t length = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address MakeV6(const in6_addr& host, uint16_t port) {
  Address address;
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_addr = host;
  v6->sin6_port = htons(port);
  address.length = sizeof(*v6);
  return address;
}

Address MakeV4(const in_addr& host, uint16_t port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  v4->sin_family = AF_INET;
  v4->sin_addr = host;
  v4->sin_port = htons(port);
  address.length = sizeof(*v4);
  return address;
}

absl::StatusOr<base::Descriptor> ListenOn(Address address, const std::string& shown) {
  const auto failed = [&shown](int error) -> absl::Status {
    const std::string text = base::StrCat("cannot listen on ", shown, ": ", std::strerror(error));
    return error == EADDRINUSE ? absl::AlreadyExistsError(text) : absl::UnavailableError(text);
  };
  base::Descriptor fd(
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return failed(errno);
  const int on = 1;
  const int off = 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  if (address.storage.ss_family == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  }
  if (bind(fd.get(), address.get(), address.length) != 0 || listen(fd.get(), kBacklog) != 0) {
    return failed(errno);
  }
  return fd;
}

}  // namespace

absl::StatusOr<base::Descriptor> Listen(const std::string& address, uint16_t port) {
  if (address.empty()) {
    auto both = ListenOn(MakeV6(in6addr_any, port), base::StrCat("[::]:", port));
    // Only where the kernel has no IPv6: a port in use is in use.
    if (both.ok() || absl::IsAlreadyExists(both.status())) return both;
    return ListenOn(MakeV4({htonl(INADDR_ANY)}, port), base::StrCat("0.0.0.0:", port));
  }
  in6_addr v6;
  in_addr v4;
  if (inet_pton(AF_INET6, address.c_str(), &v6) == 1) {
    return ListenOn(MakeV6(v6, port), base::StrCat("[", address, "]:", port));
  }
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    return ListenOn(MakeV4(v4, port), base::StrCat(address, ":", port));
  }
  return absl::InvalidArgumentError(
      base::StrCat("\"", address, "\" is not an IPv4 or IPv6 address"));
}

uint16_t BoundPort(const base::Descriptor& listener) {
  Address address;
  address.length = sizeof(address.storage);
  if (getsockname(listener.get(), address.get(), &address.length) != 0) return 0;
  return address.storage.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port)
             : ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);
}

}  // namespace gpuscaler::rpc
