// How the scraper behaves; and how it fares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "engines/endpoint/ip_address.h"
#include "engines/scraping/bearer_tokens.h"
#include "engines/scraping/endpoint_rules.h"
#include "engines/scraping/fetch_limits.h"

namespace gpuscaler::engines {

struct ScraperOptions {
  std::vector<IpRange> allow;  // AddressGuard's
  std::vector<IpRange> deny;
  EndpointRules rules;
  std::vector<TokenRule> tokens;
  std::string authorities_file;  // TlsTrust's
  FetchLimits limits;

  base::Duration period = std::chrono::seconds(1);  // of an address
  // An endpoint that nobody asked for in so long is forgotten, with its connections.
  base::Duration forget_after = std::chrono::minutes(2);
  base::Duration lookup_period = std::chrono::seconds(5);
  // The same while there is no address, and for some seconds after one ceased to answer.
  base::Duration soonest_lookup = std::chrono::seconds(1);
  base::Duration lookup_patience = std::chrono::seconds(5);

  // Endpoints and their addresses are the tenants' to name; together they bound what
  // this process does to others as well as its memory.
  size_t max_endpoints = 1024;
  size_t max_addresses = 8192;  // of all endpoints; further ones are surplus
  size_t max_connections = 2048;
};

struct ScraperStats {
  uint64_t succeeded = 0;  // readings of an address
  uint64_t failed = 0;
  uint64_t wire_bytes = 0;  // of responses, as they came
  uint64_t lookups_failed = 0;
  uint64_t endpoints = 0;
  uint64_t addresses = 0;
  uint64_t open_connections = 0;
};

}  // namespace gpuscaler::engines
