#include "telemetry/timestamp.h"

#include <chrono>

namespace gpuscaler::telemetry {

void SetTimestamp(base::WallTime time, google::protobuf::Timestamp& out) {
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(nanos);
  out.set_seconds(seconds.count());
  out.set_nanos(static_cast<int32_t>((nanos - seconds).count()));
}

}  // namespace gpuscaler::telemetry
