// The operator's bearer tokens, each for some hosts only (--engine-auth=GLOB=FILE).
//
// A token goes to hosts whose name in the URL matches the glob, and never along
// with a redirect. It goes over plaintext too where the URL says http: inside a
// cluster that is the usual case, and whoever minds gives https. It is in no log and no
// message. One thread: the engines' own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/scraping/host_glob.h"
#include "engines/scraping/watched_file.h"

namespace gpuscaler::engines {

struct TokenRule {
  HostGlob hosts;
  std::string file;

  // "*.inference.svc=/etc/tokens/engines". INVALID_ARGUMENT naming `text`.
  static absl::StatusOr<TokenRule> Parse(std::string_view text);
};

class BearerTokens {
 public:
  explicit BearerTokens(const std::vector<TokenRule>& rules);

  // The token of the first rule that matches `host` (Endpoint::HostWithoutDot);
  // empty: none does. FAILED_PRECONDITION naming the file: it cannot be read, is
  // empty, or holds what cannot be in a header.
  absl::StatusOr<std::optional<std::string>> For(std::string_view host, base::SteadyTime now);

 private:
  struct Row {
    HostGlob hosts;
    WatchedFile file;
  };
  std::vector<Row> rows_;
};

}  // namespace gpuscaler::engines
