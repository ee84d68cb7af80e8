// TCP connections that are given up in time.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/descriptor.h"
#include "base/time.h"

namespace gpuscaler::doctor {

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = 0;
  std::string text;  // "10.0.0.7:6001", "[fd00::7]:6001"
};

// Every address behind the name, each once. Blocks for as long as the system's resolver
// does. UNAVAILABLE: there is none, or nobody could be asked.
absl::StatusOr<std::vector<SocketAddress>> Lookup(const std::string& host, uint16_t port);

// A connection, non-blocking. UNAVAILABLE: refused, unreachable; DEADLINE_EXCEEDED.
absl::StatusOr<base::Descriptor> Connect(const SocketAddress& address, base::SteadyTime deadline);

// Whether `fd` can be read (or written) by the deadline.
bool AwaitReadable(int fd, base::SteadyTime deadline);
bool AwaitWritable(int fd, base::SteadyTime deadline);

// The answer to GET `path`: its header's first line and its body. Of at most 64 KiB.
struct HttpAnswer {
  int code = 0;
  std::string body;
};
absl::StatusOr<HttpAnswer> HttpGet(const SocketAddress& address, std::string_view path,
                                   base::SteadyTime deadline);

}  // namespace gpuscaler::doctor
