// What the gRPC side counts, as plain values for whoever shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gpuscaler::serving {

struct RequestStats {
  std::string_view method;  // "GetMetrics"
  uint64_t requests = 0;
  uint64_t errors = 0;
  std::optional<int64_t> open_streams;  // of a streaming method
};

struct ConnectionStats {
  uint64_t accepted = 0;
  uint64_t refused = 0;  // above --max-connections
  uint64_t closed = 0;   // too many of their calls waited, or they made memory grow
  uint64_t open = 0;
};

}  // namespace gpuscaler::serving
