// How often the log says something about one node: what goes wrong with each of its
// reports is told once a minute. Not thread-safe.
#pragma once

#include <string>
#include <unordered_map>

#include "base/time.h"

namespace gpuscaler::fleet {

class ComplaintLimit {
 public:
  static constexpr base::Duration kTellAgainAfter = std::chrono::minutes(1);
  // Nodes and peers of which something was told in the last minute; nothing is told of
  // more than these.
  static constexpr size_t kMost = 1024;

  // Whether a line about the node or peer is due: it then counts as told.
  bool Take(const std::string& about, base::SteadyTime now);

 private:
  std::unordered_map<std::string, base::SteadyTime> told_at_;
};

}  // namespace gpuscaler::fleet
