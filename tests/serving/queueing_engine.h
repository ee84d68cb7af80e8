// Real engines on loopback, which tell one queue.
#pragma once

#include <chrono>
#include <string>

#include "base/strings.h"
#include "engines/endpoint/ip_address.h"
#include "engines/engine_signals.h"

namespace gpuscaler::serving {

inline engines::ScraperOptions OnLoopback() {
  engines::ScraperOptions options;
  options.allow = {*engines::IpRange::Parse("127.0.0.0/8")};
  options.period = std::chrono::milliseconds(20);
  return options;
}

inline std::string Queue(int requests) {
  return base::StrCat("# TYPE queue gauge\nqueue ", requests, "\n");
}

}  // namespace gpuscaler::serving
