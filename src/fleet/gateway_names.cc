#include "fleet/gateway_names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "base/strings.h"

namespace gpuscaler::fleet {
namespace {

constexpr std::string_view kDns = "dns:";
constexpr size_t kLongestHost = 253;
constexpr std::string_view kAllowed =
    "allowed is dns:NAME:PORT, NAME:PORT or ADDRESS:PORT, an IPv6 address in brackets, or a list "
    "of these with commas between";

absl::StatusOr<GatewayName> ParseName(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with(kDns)) rest.remove_prefix(kDns.size());
  const auto refuse = [text](std::string_view why) {
    return absl::InvalidArgumentError(base::StrCat("\"", text, "\" ", why, "; ", kAllowed));
  };
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return refuse("has no port");
  std::string_view host = rest.substr(0, colon);
  const std::string_view port = rest.substr(colon + 1);
  GatewayName name;
  const auto [end, error] = std::from_chars(port.begin(), port.end(), name.port);
  if (error != std::errc() || end != port.end() || name.port == 0) {
    return refuse("has a port that is not 1 to 65535");
  }
  const bool is_odd = std::any_of(host.begin(), host.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '/' || c == 0x7f;
  });
  if (is_odd) return refuse("is not a host and a port");
  if (host.size() > kLongestHost) return refuse("has a host of more than 253 characters");
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse("has an IPv6 address without brackets");
  }
  if (host.empty()) return refuse("names no host");
  if (host.find_first_of("[]") != std::string_view::npos) {
    return refuse("is not a host and a port");
  }
  name.host = host;
  return name;
}

// Empty: neither IPv4 nor IPv6.
std::string TargetOf(const sockaddr& address, uint16_t port) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return base::StrCat("ipv4:", text, ":", port);
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
    return base::StrCat("ipv6:[", text, "]:", port);
  }
  return {};
}

}  // namespace

absl::StatusOr<std::vector<GatewayName>> ParseGatewayNames(std::string_view text) {
  std::vector<GatewayName> names;
  for (;;) {
    const size_t comma = text.find(',');
    auto name = ParseName(text.substr(0, comma));
    if (!name.ok()) return name.status();
    names.push_back(*std::move(name));
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

absl::StatusOr<std::vector<GatewayAddress>> Resolve(const GatewayName& name) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(name.host.c_str(), nullptr, &hints, &found); error != 0) {
    return absl::UnavailableError(
        base::StrCat("cannot resolve ", name.host, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  std::vector<GatewayAddress> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    std::string target = TargetOf(*at->ai_addr, name.port);
    if (!target.empty()) addresses.push_back({std::move(target), name.host});
  }
  std::sort(addresses.begin(), addresses.end(),
            [](const auto& a, const auto& b) { return a.target < b.target; });
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace gpuscaler::fleet
