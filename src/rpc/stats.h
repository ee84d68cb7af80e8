// Counters of one method. Written on the loop's thread, read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpuscaler::rpc {

struct MethodStats {
  MethodStats(std::string_view method_name, bool streams)
      : method(method_name), is_stream(streams) {}

  const std::string method;
  const bool is_stream;
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> errors{0};
  std::atomic<int64_t> open_streams{0};

  static void Count(std::atomic<uint64_t>& counter) {
    counter.fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace gpuscaler::rpc
