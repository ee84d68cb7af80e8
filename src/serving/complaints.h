// Which failed requests are worth a log line.
//
// KEDA shows its users no more than "no metric specs returned": the line in our
// log is where they find why. A failure that repeats with every poll is logged
// when it begins and then every five minutes; more of them at once than a log
// should take are left out, counted, and have their line at a later poll. The
// gRPC loop's thread only.
#pragma once

#include <cstdint>
#include <list>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "base/time.h"

namespace gpuscaler::serving {

class Complaints {
 public:
  static constexpr base::Duration kRepeatAfter = std::chrono::minutes(5);
  // Failures that are known; of more the one logged longest ago is forgotten.
  static constexpr size_t kMost = 16384;
  // Lines: so many at once, and then one for each such time.
  static constexpr double kBurst = 200;
  static constexpr base::Duration kLineEvery = std::chrono::milliseconds(50);
  static constexpr base::Duration kTellLeftOutEvery = std::chrono::seconds(10);

  // True when this failure of `method` for the ScaledObject is new or due again,
  // and the log has room for it.
  bool IsNew(std::string_view method, std::string_view object_namespace, std::string_view object,
             const absl::Status& status, base::SteadyTime now);

  // How many were left out since this was told last; 0: none, or told just now.
  uint64_t TakeLeftOut(base::SteadyTime now);

 private:
  struct Known {
    size_t failure;  // a hash: of two that collide one has no line
    base::SteadyTime logged_at;
  };

  bool HasRoom(base::SteadyTime now);

  std::list<Known> known_;  // the one logged longest ago first
  std::unordered_map<size_t, std::list<Known>::iterator> by_failure_;
  double room_ = kBurst;  // lines
  base::SteadyTime room_at_ = {};
  uint64_t left_out_ = 0;
  base::SteadyTime told_at_ = {};
};

}  // namespace gpuscaler::serving
