#include "serving/active_feed.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gpuscaler::serving {
namespace {

constexpr base::Duration kLookAgainAfter = std::chrono::milliseconds(500);
constexpr base::Duration kRepeatAfter = std::chrono::milliseconds(250);

// A little earlier, each at its own time: streams that one urgent view has woken do
// not stay in step.
base::Duration Patience(const void* feed) {
  constexpr size_t kSteps = 32;
  const auto step = static_cast<int64_t>(reinterpret_cast<uintptr_t>(feed) / 64 % kSteps);
  return kLookAgainAfter - std::chrono::milliseconds(5) * step;
}

engines::SignalNews NewsOf(const std::optional<absl::StatusOr<engines::SignalView>>& view) {
  return view && view->ok() ? (*view)->news : engines::SignalNews();
}

}  // namespace

ActiveFeed::ActiveFeed(scaling::Trigger trigger, const ScalerContext& context,
                       std::function<void(const absl::Status& why)> complain,
                       std::function<void(const scaling::Findings&)> said)
    : trigger_(std::move(trigger)),
      context_(context),
      complain_(std::move(complain)),
      tell_(std::move(said)),
      patience_(Patience(this)) {
  if (context_.role.hot != nullptr) wait_.emplace(*context_.role.hot);
}

std::optional<externalscaler::IsActiveResponse> ActiveFeed::Next(base::SteadyTime now) {
  const auto view = context_.store.Load();
  if (CanWait(*view, now)) {
    look_at_ = evaluated_at_ + patience_;
    return std::nullopt;
  }
  view_number_ = view->number();
  evaluated_at_ = now;
  // Engines are read for those who ask.
  look_at_ = OfEngines() ? now + patience_ : base::kNever;
  const EngineViews engines = ReadEngines(trigger_, context_, now, said_ != true);
  engine_news_ = {NewsOf(engines.metric), NewsOf(engines.activation)};
  const scaling::Findings findings = FindNewest(trigger_, context_, now, engines, Looker::kKeda);
  if (const absl::Status& why = findings.active_status; !why.ok()) {
    said_.reset();  // whatever comes after this is news
    if (std::exchange(unknown_, why.code()) != why.code() || now >= heartbeat_at_) complain_(why);
    if (now >= heartbeat_at_) heartbeat_at_ = now + trigger_.heartbeat;
    return std::nullopt;
  }
  unknown_ = absl::StatusCode::kOk;
  const scaling::Evaluation& evaluation = findings.evaluation;
  if (wait_) WaitFor(evaluation);
  if (said_ == evaluation.active && now < heartbeat_at_) return std::nullopt;
  const bool is_news = std::exchange(said_, evaluation.active) != evaluation.active;
  if (tell_) tell_(findings);
  repeat_after_ = !evaluation.active
                      ? trigger_.heartbeat
                      : std::min(is_news ? kRepeatAfter : 2 * repeat_after_, trigger_.heartbeat);
  heartbeat_at_ = now + repeat_after_;
  externalscaler::IsActiveResponse response;
  response.set_result(evaluation.active);
  return response;
}

// Thousands of streams evaluated for each view of a large fleet would leave no time
// for calls.
bool ActiveFeed::CanWait(const telemetry::View& view, base::SteadyTime now) const {
  return view.urgent_number() <= view_number_ && now < evaluated_at_ + patience_ &&
         now < heartbeat_at_ &&
         std::none_of(engine_news_.begin(), engine_news_.end(),
                      [](const engines::SignalNews& news) { return news.Came(); });
}

void ActiveFeed::WaitFor(const scaling::Evaluation& evaluation) {
  // An engine's trigger waits for no GPU.
  if (evaluation.active || trigger_.engine) return wait_->Rest();
  if (!trigger_.workload) return wait_->ForAll();
  const auto is_same = [](const fleet::GpuKey& key, const scaling::GpuPart& part) {
    return key.uuid == part.gpu->identity->uuid && key.node == part.node->node;
  };
  if (std::equal(wait_->gpus().begin(), wait_->gpus().end(), evaluation.gpus.begin(),
                 evaluation.gpus.end(), is_same)) {
    return;
  }
  std::vector<fleet::GpuKey> gpus;
  gpus.reserve(evaluation.gpus.size());
  for (const scaling::GpuPart& part : evaluation.gpus) {
    gpus.push_back({part.node->node, part.gpu->identity->uuid});
  }
  wait_->For(std::move(gpus));
}

}  // namespace gpuscaler::serving
