// Which failed requests are worth a log line.
//
// KEDA shows its users no more than "no metric specs returned": the line in our
// log is where they find why. A failure that repeats with every poll is logged
// when it begins and then every five minutes. The gRPC loop's thread only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::serving {

class Complaints {
 public:
  static constexpr base::Duration kRepeatAfter = std::chrono::minutes(5);
  static constexpr size_t kMost = 1024;  // more would be an attack on the memory

  // True when this failure of `method` for the ScaledObject is new or due again.
  bool IsNew(std::string_view method, std::string_view object_namespace, std::string_view object,
             const absl::Status& status, base::SteadyTime now);

 private:
  std::unordered_map<std::string, base::SteadyTime> logged_at_;
};

}  // namespace gpuscaler::serving
