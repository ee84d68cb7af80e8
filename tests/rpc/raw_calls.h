// Calls of gRPC health from a client without a library, which can leave them half done.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "rpc/http2.h"
#include "rpc/socket.h"

namespace gpuscaler::rpc {

inline constexpr std::string_view kCheck = "/grpc.health.v1.Health/Check";
inline constexpr std::string_view kWatch = "/grpc.health.v1.Health/Watch";

// `calls` streams.
inline std::string WatchCalls(int calls) {
  std::string bytes(kHttp2Preface);
  bytes += Http2Settings();
  for (int i = 0; i < calls; ++i) {
    const auto stream = static_cast<uint32_t>(2 * i + 1);
    bytes += Http2Call(stream, kWatch) + Http2EmptyRequest(stream);
  }
  return bytes;
}

// `calls` calls whose request never comes.
inline std::string HalfOpenCalls(int calls) {
  std::string bytes(kHttp2Preface);
  bytes += Http2Settings();
  for (int i = 0; i < calls; ++i) bytes += Http2Call(static_cast<uint32_t>(2 * i + 1), kCheck);
  return bytes;
}

inline bool Send(const base::Descriptor& socket, const std::string& bytes) {
  return send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

// Reads until `text` has come; false: the connection ended before.
inline bool ReceiveUntil(const base::Descriptor& socket, std::string_view text) {
  std::string received;
  while (received.find(text) == std::string::npos) {
    char buffer[4096];
    const ssize_t got = recv(socket.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    received.append(buffer, static_cast<size_t>(got));
  }
  return true;
}

}  // namespace gpuscaler::rpc
