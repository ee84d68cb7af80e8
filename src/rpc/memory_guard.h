// Which connections must end when the process's memory grows beyond a limit.
//
// gRPC 1.51 has no bound to what a connection can make it hold before anything
// of ours sees it: calls that are opened and reset at once, headers that never
// end, messages beyond the largest. Whatever the way, whoever sends the most
// while memory grows is the one who makes it grow.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace gpuscaler::rpc {

class MemoryGuard {
 public:
  struct Traffic {
    int connection;
    uint64_t received;  // bytes, since it was opened
  };

  // 0: no limit.
  explicit MemoryGuard(uint64_t limit_bytes) : limit_(limit_bytes), high_(limit_bytes) {}

  // Whether Tick needs to know the traffic: below half the limit it does not.
  bool NeedsTraffic(uint64_t resident) const { return limit_ > 0 && resident > limit_ / 2; }

  // Once every kPeriodMs. The connections to close: when `resident` is above the
  // limit and has grown since it was last looked at, those that have lately
  // received at least half of what the busiest has. What a connection received
  // before anybody looked says nothing of lately, and does not count.
  std::vector<int> Tick(uint64_t resident, std::span<const Traffic> traffic);

  // Memory that is free may be given back now: it is above the limit, and has
  // ceased to grow for a second. True once for each time that it was above.
  bool ShouldTrim();

  static constexpr int kPeriodMs = 50;

 private:
  struct Seen {
    uint64_t received = 0;
    double lately = 0;  // bytes, older ones counting less and less
  };

  const uint64_t limit_;
  uint64_t high_;        // what was resident when connections were last closed, or the limit
  double most_ = 0;      // of what the connections have lately received
  bool looked_ = false;  // the last tick knew the traffic
  int quiet_ticks_ = 0;
  bool trim_due_ = false;
  std::unordered_map<int, Seen> seen_;
};

// Bytes that a TCP socket has received since it was opened; 0: not known.
uint64_t ReceivedBytes(int socket);

}  // namespace gpuscaler::rpc
