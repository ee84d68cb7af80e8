// What every role's /metrics shows of the program itself: requests, connections, the
// process.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engines/scraping/scraper_options.h"
#include "serving/request_stats.h"
#include "web/exposition.h"
#include "web/families.h"
#include "web/http_server.h"
#include "web/process_stats.h"

namespace gpuscaler::web {

struct BuildInfo {
  std::string_view version;  // "0.1.0"
  std::string_view source;   // Source::name(); of a gateway "gateway"
};

struct ServerMetrics {
  std::span<const serving::RequestStats> requests;
  BuildInfo build;
  std::optional<serving::ConnectionStats> grpc;
  std::optional<HttpStats> http;
  ProcessStats process;
  std::optional<engines::ScraperStats> engines = std::nullopt;  // empty: they are not read
};

void WriteServerSeries(const ServerMetrics& metrics, Exposition& page);

// A family of one sample without labels.
template <class Value>
void Single(Exposition& page, Family family, const Value& value) {
  Begin(page, family);
  page.Sample(Labels(), value);
}

}  // namespace gpuscaler::web
