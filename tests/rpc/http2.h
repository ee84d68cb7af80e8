// A client that speaks just enough HTTP/2 to misbehave.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gpuscaler::rpc {

inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream,
                              std::string_view payload) {
  const auto byte = [](size_t value, int shift) { return static_cast<char>(value >> shift); };
  std::string frame = {byte(payload.size(), 16), byte(payload.size(), 8), byte(payload.size(), 0),
                       static_cast<char>(type), static_cast<char>(flags),
                       byte(stream, 24), byte(stream, 16), byte(stream, 8), byte(stream, 0)};
  return frame.append(payload);
}

// Empty settings, and no word on the server's.
inline std::string Http2Settings() { return Http2Frame(4, 0, 0, ""); }

// The headers of a gRPC call of `path`, which send no message yet. The stream's
// numbers are odd and rise.
inline std::string Http2Call(uint32_t stream, std::string_view path) {
  std::string block;
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {":method", "POST"},
           {":scheme", "http"},
           {":path", path},
           {":authority", "test"},
           {"content-type", "application/grpc"},
           {"te", "trailers"}}) {
    // A literal without indexing (RFC 7541, 6.2.2); lengths below 127.
    block += '\0';
    block += static_cast<char>(name.size());
    block += name;
    block += static_cast<char>(value.size());
    block += value;
  }
  return Http2Frame(1, 4, stream, block);
}

}  // namespace gpuscaler::rpc
