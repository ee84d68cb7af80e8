// A TCP connection of the process to a port that it listens on itself, known by
// its own end before it exists: the kernel gives a bound end to nobody else.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/descriptor.h"
#include "base/time.h"

namespace gpuscaler::rpc {

class OwnConnection {
 public:
  // To `address`, an IP literal that a listener of this machine is bound to;
  // empty or a wildcard: loopback. Binds the own end, and does not connect yet.
  static absl::StatusOr<OwnConnection> Bind(const std::string& address, uint16_t port);

  // The own end, as the listener will see it: "127.0.0.1:40122".
  const std::string& name() const { return name_; }

  // Waits for `patience` at most. The connected socket, which does not block.
  absl::StatusOr<base::Descriptor> Connect(base::Duration patience) &&;

 private:
  OwnConnection(base::Descriptor socket, const sockaddr_storage& target, socklen_t length)
      : socket_(std::move(socket)), target_(target), length_(length) {}

  base::Descriptor socket_;
  sockaddr_storage target_;
  socklen_t length_;
  std::string name_;
};

}  // namespace gpuscaler::rpc
