// The name of a connection's other end: "10.0.0.7:40122", "fd00::7:40122".
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace gpuscaler::rpc {

// An IPv4 address in an IPv6 one is shown as IPv4, as gRPC does.
std::string PeerName(const sockaddr_storage& peer);

// gRPC's names of peers, "ipv4:10.0.0.7:1" and "ipv6:%5Bfe80::7%25eth0%5D:1" (older:
// "ipv6:[fe80::7]:1"), as the one above gives them.
std::string PeerName(std::string_view grpc_peer);

// A peer's address, without the port, in the form that its name has.
std::string_view HostOf(std::string_view peer);

bool IsLoopback(const sockaddr_storage& peer);

}  // namespace gpuscaler::rpc
