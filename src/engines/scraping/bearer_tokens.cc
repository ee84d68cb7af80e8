#include "engines/scraping/bearer_tokens.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/strings.h"

namespace gpuscaler::engines {

absl::StatusOr<TokenRule> TokenRule::Parse(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    return absl::InvalidArgumentError(base::StrCat(
        "\"", text, "\" is no HOSTS=FILE such as *.inference.svc=/etc/tokens/engines"));
  }
  auto hosts = HostGlob::Parse(text.substr(0, equals));
  if (!hosts.ok()) return hosts.status();
  return TokenRule{*std::move(hosts), std::string(text.substr(equals + 1))};
}

BearerTokens::BearerTokens(const std::vector<TokenRule>& rules) {
  for (const TokenRule& rule : rules) rows_.push_back({rule.hosts, WatchedFile(rule.file)});
}

absl::StatusOr<std::optional<std::string>> BearerTokens::For(std::string_view host,
                                                             base::SteadyTime now) {
  const auto row = std::find_if(rows_.begin(), rows_.end(),
                                [&](const Row& each) { return each.hosts.Matches(host); });
  if (row == rows_.end()) return std::nullopt;
  const absl::StatusOr<std::string>& text = row->file.Text(now);
  if (!text.ok()) {
    return absl::Status(text.status().code(), base::StrCat("the token for ", row->hosts.text(),
                                                           ": ", base::Message(text.status())));
  }
  const auto token = base::FromAbsl(absl::StripAsciiWhitespace(*text));
  // A line break would end the header.
  if (token.empty() || !std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return absl::FailedPreconditionError(
        base::StrCat("the token for ", row->hosts.text(), ": ", row->file.path(),
                     token.empty() ? " is empty" : " holds more than one token's characters"));
  }
  return std::string(token);
}

}  // namespace gpuscaler::engines
