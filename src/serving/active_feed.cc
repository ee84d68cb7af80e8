#include "serving/active_feed.h"

#include <utility>

namespace gpuscaler::serving {

std::optional<externalscaler::IsActiveResponse> ActiveFeed::Next(base::SteadyTime now) {
  const auto evaluation = scaling::Evaluate(trigger_, context_.store.Load(), now, context_.limits);
  if (!evaluation.ok()) {
    said_.reset();  // whatever comes after this is news
    const auto code = evaluation.status().code();
    if (std::exchange(unknown_, code) != code || now >= heartbeat_at_) {
      complain_(evaluation.status());
    }
    if (now >= heartbeat_at_) heartbeat_at_ = now + trigger_.heartbeat;
    return std::nullopt;
  }
  unknown_ = absl::StatusCode::kOk;
  if (said_ == evaluation->active && now < heartbeat_at_) return std::nullopt;
  said_ = evaluation->active;
  heartbeat_at_ = now + trigger_.heartbeat;
  externalscaler::IsActiveResponse response;
  response.set_result(evaluation->active);
  return response;
}

}  // namespace gpuscaler::serving
