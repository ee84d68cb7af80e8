#include "rpc/peer_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::rpc {

std::string PeerName(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = {};
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return base::StrCat(text, ":", ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  }
  return base::StrCat(text, ":", ntohs(v6.sin6_port));
}

std::string PeerName(std::string_view grpc_peer) {
  grpc_peer.remove_prefix(std::min(grpc_peer.find(':') + 1, grpc_peer.size()));
  const size_t colon = std::min(grpc_peer.rfind(':'), grpc_peer.size());
  std::string_view host = grpc_peer.substr(0, colon);
  const std::string_view port = grpc_peer.substr(colon);
  for (const std::string_view opening : {"%5B", "["}) {
    if (host.starts_with(opening)) host.remove_prefix(opening.size());
  }
  return base::StrCat(host.substr(0, host.find_first_of("%]")), port);
}

std::string_view HostOf(std::string_view peer) {
  return peer.substr(0, peer.rfind(':'));
}

bool IsLoopback(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

}  // namespace gpuscaler::rpc
