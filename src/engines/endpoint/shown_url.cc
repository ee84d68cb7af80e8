#include "engines/endpoint/shown_url.h"

#include <algorithm>

#include "base/strings.h"
#include "engines/endpoint/endpoint.h"

namespace gpuscaler::engines {
namespace {

constexpr std::string_view kHidden = "...";

// "a=...&b=...": a name without a value may be the secret itself.
std::string ShownQuery(std::string_view query) {
  std::string shown;
  while (true) {
    const size_t end = std::min(query.find_first_of("&;"), query.size());
    const size_t equals = query.substr(0, end).find('=');
    if (equals != std::string_view::npos) shown += query.substr(0, equals + 1);
    if (end > 0) shown += kHidden;
    if (end == query.size()) return shown;
    shown += query[end];
    query.remove_prefix(end + 1);
  }
}

}  // namespace

std::string ShownUrl(std::string_view url) {
  const size_t colon = url.find("://");
  const size_t begin = colon == std::string_view::npos ? 0 : colon + 3;
  const std::string_view scheme = url.substr(0, begin);
  std::string_view rest = url.substr(begin);
  const size_t at = rest.rfind('@');
  if (at != std::string_view::npos && !ParseEndpoint(url, "/").ok()) {
    // A password may hold what ends a host elsewhere: "http://user:a/b@host".
    if (at > rest.find_first_of("/?#")) return base::StrCat(scheme, kHidden);
    rest.remove_prefix(at + 1);
  }
  const size_t path_end = std::min(rest.find_first_of("?#"), rest.size());
  std::string shown = base::StrCat(scheme, rest.substr(0, path_end));
  if (path_end == rest.size()) return shown;
  shown += rest[path_end];
  const std::string_view behind = rest.substr(path_end + 1);
  return shown + (rest[path_end] == '?' ? ShownQuery(behind) : std::string(kHidden));
}

}  // namespace gpuscaler::engines
