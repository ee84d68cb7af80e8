#include "engines/scraping/endpoint_rules.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/strings.h"
#include "engines/endpoint/shown_url.h"

namespace gpuscaler::engines {
namespace {

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port == 0) return std::nullopt;
  return port;
}

std::string Text(const std::vector<PortRange>& ports) {
  std::string text;
  for (const PortRange& range : ports) {
    base::AppendItem(&text, range.first == range.last ? base::StrCat(range.first)
                                                      : base::StrCat(range.first, "-", range.last));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<PortRange>> ParsePorts(std::string_view text) {
  std::vector<PortRange> ports;
  while (true) {
    const size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    const size_t dash = part.find('-');
    const auto first = ParsePort(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : ParsePort(part.substr(dash + 1));
    if (!first || !last || *first > *last) {
      return absl::InvalidArgumentError(base::StrCat(
          "\"", Excerpt(part), "\" is no port and no range of ports such as 8000-8999"));
    }
    ports.push_back({*first, *last});
    if (comma == std::string_view::npos) return ports;
    text.remove_prefix(comma + 1);
  }
}

absl::Status EndpointRules::Check(const Endpoint& endpoint) const {
  if (endpoint.scheme == Scheme::kHttp && !plaintext) {
    return absl::PermissionDeniedError(base::StrCat("the endpoint ", ShownUrl(endpoint.ToUrl()),
                                                    " is plaintext; only https is allowed"));
  }
  const bool allowed = std::any_of(ports.begin(), ports.end(), [&](const PortRange& range) {
    return range.first <= endpoint.port && endpoint.port <= range.last;
  });
  if (allowed || ports.empty()) return absl::OkStatus();
  return absl::PermissionDeniedError(base::StrCat("the endpoint ", ShownUrl(endpoint.ToUrl()),
                                                  " names port ", endpoint.port, "; allowed are ",
                                                  Text(ports)));
}

}  // namespace gpuscaler::engines
