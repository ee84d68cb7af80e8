#include "rpc/own_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/strings.h"
#include "rpc/peer_name.h"

namespace gpuscaler::rpc {
namespace {

absl::Status Failed(const char* what, int error) {
  return absl::UnavailableError(base::StrCat(what, ": ", std::strerror(error)));
}

const sockaddr* AsAddress(const sockaddr_storage& storage) {
  return reinterpret_cast<const sockaddr*>(&storage);
}

// Port 0. The length; 0: no IP literal.
socklen_t Resolve(const std::string& address, sockaddr_storage& storage) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) v6.sin6_addr = in6addr_loopback;
    return sizeof(v6);
  }
  v4.sin_family = AF_INET;
  if (address.empty() || address == "0.0.0.0") {
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof(v4);
  }
  return inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1 ? sizeof(v4) : 0;
}

}  // namespace

absl::StatusOr<OwnConnection> OwnConnection::Bind(const std::string& address, uint16_t port) {
  sockaddr_storage target = {};
  const socklen_t length = Resolve(address, target);
  if (length == 0) {
    return absl::InvalidArgumentError(
        base::StrCat("\"", address, "\" is not an IPv4 or IPv6 address"));
  }
  base::Descriptor socket(
      ::socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return Failed("socket", errno);
  // From the address that it goes to: nobody else can come from there.
  if (bind(socket.get(), AsAddress(target), length) != 0) return Failed("bind", errno);
  sockaddr_storage own = {};
  socklen_t own_length = sizeof(own);
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &own_length) != 0) {
    return Failed("getsockname", errno);
  }
  // The same place in both.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  reinterpret_cast<sockaddr_in&>(target).sin_port = htons(port);
  OwnConnection connection(std::move(socket), target, length);
  connection.name_ = PeerName(own);
  return connection;
}

absl::StatusOr<base::Descriptor> OwnConnection::Connect(base::Duration patience) && {
  if (connect(socket_.get(), AsAddress(target_), length_) == 0) return std::move(socket_);
  if (errno != EINPROGRESS) return Failed("connect", errno);
  pollfd writable = {socket_.get(), POLLOUT, 0};
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(patience);
  if (poll(&writable, 1, static_cast<int>(wait.count())) <= 0) return Failed("connect", ETIMEDOUT);
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return Failed("connect", error);
  return std::move(socket_);
}

}  // namespace gpuscaler::rpc
