// A URL from which metrics are read, taken apart and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engines/endpoint/ip_address.h"

namespace gpuscaler::engines {

enum class Scheme : uint8_t { kHttp, kHttps };

struct Endpoint {
  static constexpr size_t kMostCharacters = 2048;

  Scheme scheme = Scheme::kHttp;
  std::string host;                  // lower case; a DNS name, or an address without brackets
  std::optional<IpAddress> literal;  // `host`, where it is an address
  uint16_t port = 0;
  std::string target;  // "/metrics?format=text"

  // The same for URLs that mean the same: "http://vllm.ns.svc:8000/metrics".
  std::string ToUrl() const;
  // host[:port], as the Host header has it: no port where it is the scheme's own.
  std::string Authority() const;
  // What certificates and --engine-auth are compared with: no dot at the end.
  std::string_view HostWithoutDot() const;
  bool SameOrigin(const Endpoint& other) const;
};

// "http://NAME[:PORT][/PATH][?QUERY]" or https; NAME is a DNS name, an IPv4 address
// in its usual form or an IPv6 address in brackets. Without a path, or with "/"
// alone, which no engine serves, the target is `default_path`. INVALID_ARGUMENT naming
// the part that is wrong and what is right: a fragment, credentials (which are not
// repeated), spaces and control characters, a name that getaddrinfo would read as a
// number (2130706433, 0177.0.0.1, 0x7f.1), more than kMostCharacters.
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view url, std::string_view default_path);

// `text` fit for a message: printable ASCII, the rest as "?", at most 200 characters.
std::string Excerpt(std::string_view text);

}  // namespace gpuscaler::engines
