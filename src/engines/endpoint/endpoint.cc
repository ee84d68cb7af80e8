#include "engines/endpoint/endpoint.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/ascii.h"
#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

struct SchemeRow {
  Scheme scheme;
  std::string_view name;
  uint16_t port;
};
constexpr SchemeRow kSchemes[] = {{Scheme::kHttp, "http", 80}, {Scheme::kHttps, "https", 443}};

const SchemeRow& RowOf(Scheme scheme) {
  return kSchemes[static_cast<size_t>(scheme)];
}

template <class... Pieces>
absl::Status Wrong(const Pieces&... pieces) {
  return absl::InvalidArgumentError(base::StrCat("the endpoint's ", pieces...));
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// Whether getaddrinfo might read the name as one number or several (inet_aton): its
// last label then is one.
bool EndsInNumber(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return IsDigits(last) || (last.starts_with("0x") &&
                            std::all_of(last.begin() + 2, last.end(), absl::ascii_isxdigit));
}

absl::Status CheckName(std::string_view host) {
  std::string_view rest = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  if (rest.size() > 253) return Wrong("host has ", rest.size(), " characters; a name has 253");
  while (true) {
    const size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    const bool well_formed =
        !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
        std::all_of(label.begin(), label.end(),
                    [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
    if (!well_formed) {
      return Wrong("host \"", Excerpt(host),
                   "\" is no DNS name: labels of 1 to 63 letters, digits and hyphens, with dots "
                   "between them");
    }
    if (dot == std::string_view::npos) return absl::OkStatus();
    rest.remove_prefix(dot + 1);
  }
}

absl::Status ReadHost(std::string_view host, Endpoint& endpoint) {
  if (host.empty()) return Wrong("host is missing; right is http://NAME:PORT/PATH");
  if (host.starts_with('[')) {
    endpoint.host = host.substr(1, host.size() - 2);
    endpoint.literal = IpAddress::Parse(endpoint.host);
    if (endpoint.literal && !endpoint.literal->is_v4()) {
      endpoint.host = endpoint.literal->ToString();
      return absl::OkStatus();
    }
    return Wrong("host \"", Excerpt(host), "\" is no IPv6 address without a zone");
  }
  endpoint.host = absl::AsciiStrToLower(base::ToAbsl(host));
  endpoint.literal = IpAddress::Parse(endpoint.host);
  if (endpoint.literal && endpoint.literal->is_v4()) return absl::OkStatus();
  if (EndsInNumber(endpoint.host)) {
    return Wrong("host \"", Excerpt(host),
                 "\" is a number; an IPv4 address is four decimal numbers of 0 to 255 without "
                 "leading zeros");
  }
  return CheckName(endpoint.host);
}

absl::Status HoldsCredentials() {
  return Wrong("URL holds credentials; a token is given to the scaler by --engine-auth");
}

absl::Status ReadAuthority(std::string_view authority, Endpoint& endpoint) {
  const size_t bracket = authority.find(']');
  if (authority.starts_with('[') && bracket == std::string_view::npos) {
    return Wrong("host \"", Excerpt(authority), "\" lacks its closing bracket");
  }
  const size_t colon = authority.find(':', authority.starts_with('[') ? bracket : 0);
  const std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && !host.ends_with(']')) {
    return Wrong("host \"", Excerpt(host), "\" goes on after its bracket");
  }
  if (absl::Status read = ReadHost(host, endpoint); !read.ok()) return read;
  endpoint.port = RowOf(endpoint.scheme).port;
  if (colon == std::string_view::npos) return absl::OkStatus();

  const std::string_view port = authority.substr(colon + 1);
  const char* const end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data(), end, endpoint.port);
  if (error != std::errc() || stop != end || endpoint.port == 0) {
    return Wrong("port \"", Excerpt(port), "\" is no number from 1 to 65535");
  }
  return absl::OkStatus();
}

// What no request line may hold.
absl::Status CheckCharacters(std::string_view url) {
  for (size_t i = 0; i < url.size(); ++i) {
    const auto c = static_cast<unsigned char>(url[i]);
    constexpr std::string_view kUnsafe = "\"<>\\^`{|}";
    if (absl::ascii_isgraph(c) && kUnsafe.find(url[i]) == std::string_view::npos) continue;
    return Wrong("URL holds a character that must be percent-encoded, at position ", i + 1);
  }
  return absl::OkStatus();
}

}  // namespace

std::string Endpoint::ToUrl() const {
  const std::string_view open = literal && !literal->is_v4() ? "[" : "";
  const std::string_view shut = open.empty() ? "" : "]";
  return base::StrCat(RowOf(scheme).name, "://", open, host, shut, ":", port, target);
}

std::string Endpoint::Authority() const {
  std::string authority = literal && !literal->is_v4() ? base::StrCat("[", host, "]") : host;
  if (port != RowOf(scheme).port) base::StrAppend(&authority, ":", port);
  return authority;
}

std::string_view Endpoint::HostWithoutDot() const {
  const std::string_view name = host;
  return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool Endpoint::SameOrigin(const Endpoint& other) const {
  return scheme == other.scheme && port == other.port && HostWithoutDot() == other.HostWithoutDot();
}

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view url, std::string_view default_path) {
  if (url.size() > Endpoint::kMostCharacters) {
    return Wrong("URL has ", url.size(), " characters; it may have ", Endpoint::kMostCharacters);
  }
  if (absl::Status checked = CheckCharacters(url); !checked.ok()) return checked;
  const size_t colon = url.find("://");
  const std::string scheme = absl::AsciiStrToLower(
      base::ToAbsl(url.substr(0, colon == std::string_view::npos ? 0 : colon)));
  const auto* const row = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                       [&](const SchemeRow& each) { return each.name == scheme; });
  if (row == std::end(kSchemes)) {
    return Wrong("URL begins with neither http:// nor https://; right is http://NAME:PORT/PATH");
  }
  Endpoint endpoint;
  endpoint.scheme = row->scheme;
  const std::string_view rest = url.substr(colon + 3);
  if (rest.find('#') != std::string_view::npos) {
    return Wrong("URL holds a fragment (#), which is never sent");
  }
  const size_t target = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, target);
  if (authority.find('@') != std::string_view::npos) return HoldsCredentials();
  if (absl::Status read = ReadAuthority(authority, endpoint); !read.ok()) {
    // What is no host then may be half of a password that holds a slash.
    return rest.find('@') != std::string_view::npos ? HoldsCredentials() : read;
  }
  endpoint.target = rest.substr(target);
  if (endpoint.target.starts_with('?')) endpoint.target.insert(0, default_path);
  if (endpoint.target.empty() || endpoint.target == "/") endpoint.target = default_path;
  return endpoint;
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kMost = 200;
  std::string excerpt(text.substr(0, kMost));
  for (char& c : excerpt) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c)) || c == '"') c = '?';
  }
  if (text.size() > kMost) excerpt += "...";
  return excerpt;
}

}  // namespace gpuscaler::engines
