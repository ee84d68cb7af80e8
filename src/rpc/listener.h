// A listening TCP socket.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/descriptor.h"

namespace gpuscaler::rpc {

// Bytes that a connection holds unread, which each inherits from its listener.
// Requests are small; and gRPC goes on reading while there is anything to read,
// where ten bytes can open a call of 12 KB, before it lets the loop see it.
inline constexpr int kReceiveBuffer = 8 * 1024;

// Listens on every address of the machine, IPv6 and IPv4 (IPv4 only where IPv6
// is disabled), or on `address` alone where it is not empty: an IPv4 or IPv6
// literal. Port 0 takes a free one. ALREADY_EXISTS: the port is in use.
absl::StatusOr<base::Descriptor> Listen(const std::string& address, uint16_t port);

// The port that `listener` is bound to.
uint16_t BoundPort(const base::Descriptor& listener);

}  // namespace gpuscaler::rpc
