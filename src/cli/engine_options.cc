#include "cli/engine_options.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"
#include "engines/endpoint/ip_address.h"
#include "engines/scraping/bearer_tokens.h"

namespace gpuscaler::cli {
namespace {

absl::Status Named(std::string_view flag, const absl::Status& status) {
  return absl::InvalidArgumentError(base::StrCat(flag, ": ", base::Message(status)));
}

absl::Status ReadRanges(std::string_view flag, const std::vector<std::string>& texts,
                        std::vector<engines::IpRange>& ranges) {
  for (const std::string& text : texts) {
    auto range = engines::IpRange::Parse(text);
    if (!range.ok()) return Named(flag, range.status());
    ranges.push_back(*range);
  }
  return absl::OkStatus();
}

}  // namespace

void AddEngineFlags(CLI::App& app, EngineFlags& flags) {
  app.add_option("--engine-allow-cidr", flags.allow_cidr,
                 "Only engines at these addresses are read, a list like 10.0.0.0/8,fd00::/8; also "
                 "opens what is refused by default, loopback, link-local and the like, where a "
                 "range lies wholly within it")
      ->delimiter(',');
  app.add_option("--engine-deny-cidr", flags.deny_cidr,
                 "No engine at these addresses is read, whatever else is allowed")
      ->delimiter(',');
  app.add_option("--engine-schemes", flags.schemes,
                 "What the URL of an engine may begin with: http,https or https")
      ->check(CLI::IsMember({"http,https", "https"}))
      ->capture_default_str();
  app.add_option("--engine-ports", flags.ports,
                 "Ports that the URL of an engine may name, like 443,8000-8999; empty: all");
  app.add_option("--engine-auth", flags.auth,
                 "HOST-GLOB=FILE: engines of these hosts get the bearer token that is in the file; "
                 "read again when it changes; may be given several times");
  app.add_option("--engine-ca", flags.authorities,
                 "Certificates of the authorities that engines' certificates come from (PEM); "
                 "empty: the system's");
}

absl::StatusOr<engines::ScraperOptions> ReadEngineFlags(const EngineFlags& flags) {
  engines::ScraperOptions options;
  absl::Status read = ReadRanges("--engine-allow-cidr", flags.allow_cidr, options.allow);
  if (!read.ok()) return read;
  read = ReadRanges("--engine-deny-cidr", flags.deny_cidr, options.deny);
  if (!read.ok()) return read;
  options.rules.plaintext = flags.schemes != "https";
  if (!flags.ports.empty()) {
    auto ports = engines::ParsePorts(flags.ports);
    if (!ports.ok()) return Named("--engine-ports", ports.status());
    options.rules.ports = *std::move(ports);
  }
  for (const std::string& text : flags.auth) {
    auto rule = engines::TokenRule::Parse(text);
    if (!rule.ok()) return Named("--engine-auth", rule.status());
    options.tokens.push_back(*std::move(rule));
  }
  options.authorities_file = flags.authorities;
  return options;
}

}  // namespace gpuscaler::cli
