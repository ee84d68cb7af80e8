// The flags about inference engines: which addresses may be read, and as whom.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engines/scraping/scraper_options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

// As given.
struct EngineFlags {
  std::vector<std::string> allow_cidr;
  std::vector<std::string> deny_cidr;
  std::string schemes = "http,https";
  std::string ports;
  std::vector<std::string> auth;
  std::string authorities;
};

void AddEngineFlags(CLI::App& app, EngineFlags& flags);

// INVALID_ARGUMENT naming the flag and what is wrong with it.
absl::StatusOr<engines::ScraperOptions> ReadEngineFlags(const EngineFlags& flags);

}  // namespace gpuscaler::cli
