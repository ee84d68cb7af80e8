// A client that speaks just enough HTTP/2 to misbehave.
#pragma once

#include <sys/socket.h>

#include <algorithm>
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
  std::string frame = {byte(payload.size(), 16), byte(payload.size(), 8),  byte(payload.size(), 0),
                       static_cast<char>(type),  static_cast<char>(flags), byte(stream, 24),
                       byte(stream, 16),         byte(stream, 8),          byte(stream, 0)};
  return frame.append(payload);
}

// Empty settings, and no word on the server's.
inline std::string Http2Settings() {
  return Http2Frame(4, 0, 0, "");
}

// The headers of a gRPC call of `path`, which send no message yet. The stream's
// numbers are odd and rise.
inline std::string Http2Call(uint32_t stream, std::string_view path) {
  std::string block;
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
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

// A whole message of no bytes, the last of its call.
inline std::string Http2EmptyRequest(uint32_t stream) {
  return Http2Frame(0, 1, stream, std::string(5, '\0'));
}

// How many frames of this type have these flags set.
inline int Http2Count(std::string_view bytes, uint8_t type, uint8_t flags) {
  int count = 0;
  while (bytes.size() >= 9) {
    const auto byte = [&bytes](size_t i) { return static_cast<uint8_t>(bytes[i]); };
    const size_t length = (size_t{byte(0)} << 16) | (size_t{byte(1)} << 8) | byte(2);
    if (byte(3) == type && (byte(4) & flags) == flags) ++count;
    bytes.remove_prefix(std::min(bytes.size(), 9 + length));
  }
  return count;
}

}  // namespace gpuscaler::rpc
