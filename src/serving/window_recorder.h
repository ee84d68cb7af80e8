// Takes what triggers with a `window` come to into their histories, between KEDA's questions:
// each once a second, a few milliseconds of them at a time. The gRPC loop's thread only.
#pragma once

#include <functional>
#include <optional>

#include "base/time.h"
#include "serving/external_scaler.h"

namespace gpuscaler::serving {

class WindowRecorder {
 public:
  // How long calls wait for it at most, but for the evaluation that is under way then, and
  // the pause that they have before it goes on.
  static constexpr base::Duration kTurn = std::chrono::milliseconds(5);
  static constexpr base::Duration kPause = std::chrono::milliseconds(20);

  // `context` must outlive this.
  explicit WindowRecorder(const ScalerContext& context,
                          std::function<base::SteadyTime()> clock = base::Now)
      : context_(context), clock_(std::move(clock)) {}

  // At each wake, of which there are as many as views and as engines have news.
  void Record(base::SteadyTime now);

 private:
  bool IsDue(base::SteadyTime now) const;

  const ScalerContext& context_;
  const std::function<base::SteadyTime()> clock_;
  std::optional<base::SteadyTime> recorded_at_;
  bool finished_ = false;  // each has had its turn of that second
};

}  // namespace gpuscaler::serving
