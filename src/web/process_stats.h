// This process as Prometheus' standard process_* series describe one.
#pragma once

#include <cstdint>
#include <optional>

namespace gpuscaler::web {

// Each empty where /proc does not tell.
struct ProcessStats {
  std::optional<double> cpu_seconds;         // user and system
  std::optional<double> start_time_seconds;  // since the epoch
  std::optional<uint64_t> resident_bytes;
  std::optional<uint64_t> virtual_bytes;
  std::optional<uint64_t> threads;
  std::optional<uint64_t> open_fds;
  std::optional<uint64_t> max_fds;
};

// From /proc/self; some 30 microseconds.
ProcessStats ReadProcessStats();

}  // namespace gpuscaler::web
