// Looks at the triggers with activation signals that KEDA asks about between its questions. A
// poll comes every 30 s, and to the gateways in turns, while the growth of a counter shows for
// 5 s, and a replica that came for a sign may stand idle between two polls and go at the next.
// The gRPC loop's thread only.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/time.h"
#include "scaling/trigger.h"
#include "serving/external_scaler.h"

namespace gpuscaler::serving {

class SignFollower {
 public:
  // How long it goes on looking while calls wait, and the pause that they have before it goes on.
  static constexpr base::Duration kTurn = std::chrono::milliseconds(5);
  static constexpr base::Duration kPause = std::chrono::milliseconds(20);

  // `context` must outlive this.
  explicit SignFollower(const ScalerContext& context,
                        std::function<base::SteadyTime()> clock = base::Now)
      : context_(context), clock_(std::move(clock)) {}

  // At each wake; engines wake the loop with each reading.
  void Follow(base::SteadyTime now);

 private:
  void Look(const scaling::Trigger& trigger, base::SteadyTime now);

  const ScalerContext& context_;
  const std::function<base::SteadyTime()> clock_;
  std::optional<base::SteadyTime> followed_at_;
  bool finished_ = false;
};

}  // namespace gpuscaler::serving
