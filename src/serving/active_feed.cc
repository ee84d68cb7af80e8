#include "serving/active_feed.h"

#include <utility>
#include <vector>

namespace gpuscaler::serving {

std::optional<externalscaler::IsActiveResponse> ActiveFeed::Next(base::SteadyTime now) {
  const auto evaluation = EvaluateNewest(trigger_, context_, now);
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
  if (wait_) WaitFor(*evaluation);
  if (said_ == evaluation->active && now < heartbeat_at_) return std::nullopt;
  said_ = evaluation->active;
  heartbeat_at_ = now + trigger_.heartbeat;
  externalscaler::IsActiveResponse response;
  response.set_result(evaluation->active);
  return response;
}

void ActiveFeed::WaitFor(const scaling::Evaluation& evaluation) {
  if (evaluation.active) return wait_->Rest();
  if (!trigger_.workload) return wait_->ForAll();
  std::vector<fleet::GpuKey> gpus;
  gpus.reserve(evaluation.gpus.size());
  for (const scaling::GpuPart& part : evaluation.gpus) {
    gpus.push_back({part.node->node, part.gpu->identity->uuid});
  }
  wait_->For(std::move(gpus));
}

}  // namespace gpuscaler::serving
