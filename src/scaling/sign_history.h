// When the activation signal of a trigger last exceeded its threshold, and whether the
// replica that this asked for has come.
#pragma once

#include <optional>

#include "base/time.h"
#include "scaling/standing.h"

namespace gpuscaler::scaling {

// A sign is met by a replica that stands idle, if that came for it: when it has gone no other
// is awaited. It came if since the sign began there was none, or one was loading. An idle one
// that was there before may be the one that stays, or one on its way out that no request
// reaches any more: it meets the sign when it has been idle for a while. A short one if it
// worked since, for what leaves goes when its work is done.
class SignHistory {
 public:
  static constexpr base::Duration kRests = std::chrono::seconds(3);
  // Longer than pods are given to leave, shorter than KEDA's default cooldownPeriod.
  static constexpr base::Duration kStays = std::chrono::minutes(4);

  // `on`: it exceeds at `now`, which does not go back. `warmup`: how long a sign counts.
  void Note(bool on, base::SteadyTime now, base::Duration warmup);
  // What is there, after Note of the same time.
  void See(Standing standing, base::SteadyTime now);
  // Empty: it never did, or that was met.
  std::optional<base::SteadyTime> last() const { return last_; }

 private:
  std::optional<base::SteadyTime> last_;
  bool on_ = false;
  // Since the sign began:
  bool came_ = false;
  bool worked_ = false;
  std::optional<base::SteadyTime> idle_since_;
};

}  // namespace gpuscaler::scaling
