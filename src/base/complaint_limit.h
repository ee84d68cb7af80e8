// How often the log says something about one node or peer: what goes wrong with each of its
// reports or connections is told once a minute. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace gpuscaler::base {

class ComplaintLimit {
 public:
  static constexpr Duration kTellAgainAfter = std::chrono::minutes(1);
  // Nodes and peers of which something was told in the last minute; of more nothing is
  // told, but that they are left out.
  static constexpr size_t kMost = 1024;

  // Whether a line about the node or peer is due: it then counts as told.
  bool Take(const std::string& about, SteadyTime now);
  // How many lines were left out for want of room since this was told last; 0: none, or it was
  // told within the last minute.
  uint64_t TakeLeftOut(SteadyTime now);

 private:
  std::unordered_map<std::string, SteadyTime> told_at_;
  uint64_t left_out_ = 0;
  SteadyTime left_out_told_at_ = {};
};

}  // namespace gpuscaler::base
