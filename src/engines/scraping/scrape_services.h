// What the reading of all endpoints shares. The engines' thread only, but for the
// counters. Internal to this folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>

#include "boost/asio/io_context.hpp"
#include "engines/scraping/address_guard.h"
#include "engines/scraping/bearer_tokens.h"
#include "engines/scraping/body_reader.h"
#include "engines/scraping/connection_room.h"
#include "engines/scraping/names.h"
#include "engines/scraping/scraper_options.h"
#include "engines/scraping/tls_trust.h"

namespace gpuscaler::engines {

struct ScrapeCounters {
  std::atomic<uint64_t> succeeded{0};
  std::atomic<uint64_t> failed{0};
  std::atomic<uint64_t> wire_bytes{0};
  std::atomic<uint64_t> lookups_failed{0};
  std::atomic<uint64_t> addresses{0};
};

struct ScrapeServices {
  ScrapeServices(boost::asio::io_context& context, ScraperOptions given,
                 std::shared_ptr<Resolver> resolver, BodyReaderFactory readers)
      : io(context),
        options(std::move(given)),
        guard(options.allow, options.deny),
        factory(std::move(readers)),
        trust(options.authorities_file),
        tokens(options.tokens),
        room(io, options.max_connections),
        names(io, std::move(resolver)) {}

  // A time from 0 to `most`: what begins together must not stay together.
  base::Duration Jitter(base::Duration most) {
    return base::Duration(std::uniform_int_distribution<int64_t>(0, most.count())(random));
  }

  boost::asio::io_context& io;
  const ScraperOptions options;
  const AddressGuard guard;
  const BodyReaderFactory factory;
  TlsTrust trust;
  BearerTokens tokens;
  ScrapeCounters counters;
  std::minstd_rand random{std::random_device()()};
  ConnectionRoom room;
  Names names;
};

}  // namespace gpuscaler::engines
