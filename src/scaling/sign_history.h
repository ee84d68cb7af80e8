// When the activation signal of a trigger last exceeded its threshold, and whether the
// replica that this asked for has come.
#pragma once

#include <optional>

#include "base/time.h"
#include "scaling/standing.h"

namespace gpuscaler::scaling {

// A sign is met by a replica that stands idle: those that come for it are there, and when
// they have gone no others are awaited. An idle replica may also be one that is on its way
// out, and that no request reaches any more. It meets nothing, unless since the sign began
// there was a moment without any, or one was seen at work, or it stays.
class SignHistory {
 public:
  // What is told to leave is gone by then: Kubernetes gives a pod 30 s, and an endpoint's
  // name is looked up every 5 s.
  static constexpr base::Duration kStays = std::chrono::seconds(60);

  // `on`: it exceeds at `now`, which does not go back.
  void Note(bool on, base::SteadyTime now);
  // What is there, after Note of the same time.
  void See(Standing standing, base::SteadyTime now);
  // Empty: it never did, or that was met.
  std::optional<base::SteadyTime> last() const { return last_; }

 private:
  std::optional<base::SteadyTime> last_;
  bool on_ = false;
  bool answered_ = false;  // none was there, or one worked, since it began
};

}  // namespace gpuscaler::scaling
