// What the two streams of ExternalScaler say.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "externalscaler.pb.h"
#include "fleet/hot_gpus.h"
#include "rpc/conversation.h"
#include "serving/external_scaler.h"

namespace gpuscaler::serving {

// StreamIsActive: the state at once, every change as it happens, and the state
// again as a heartbeat. A new `true` is repeated after 250 ms, and then ever later, up
// to the heartbeat: KEDA drops one that comes before the HPA exists, and loses one whose
// write of the target meets somebody else's, as just after it has scaled to zero.
// While the state is not known it says nothing, unknown is not inactive; known
// again, it is said at once.
class ActiveFeed final : public rpc::Feed<externalscaler::IsActiveResponse> {
 public:
  // `complain` hears why the state is not known: when this begins, and with each
  // heartbeat. `said` hears what is said.
  ActiveFeed(scaling::Trigger trigger, const ScalerContext& context,
             std::function<void(const absl::Status& why)> complain,
             std::function<void(const scaling::Findings&)> said = nullptr);

  std::optional<externalscaler::IsActiveResponse> Next(base::SteadyTime now) override;
  base::SteadyTime due() const override { return std::min(heartbeat_at_, look_at_); }

 private:
  bool OfEngines() const { return trigger_.engine || trigger_.activation; }
  bool CanWait(const telemetry::View& view, base::SteadyTime now) const;
  void WaitFor(const scaling::Evaluation& evaluation);

  const scaling::Trigger trigger_;
  const ScalerContext& context_;
  const std::function<void(const absl::Status&)> complain_;
  const std::function<void(const scaling::Findings&)> tell_;
  const base::Duration patience_;  // with calm views
  std::optional<bool> said_;
  absl::StatusCode unknown_ = absl::StatusCode::kOk;  // why the state is not known
  std::optional<fleet::HotWait> wait_;                // for the change that makes it active
  base::SteadyTime heartbeat_at_ = {};                // when the state is said again
  base::Duration repeat_after_ = {};
  // The view that was evaluated last, and when; and when a calm one that was passed
  // over is.
  uint64_t view_number_ = 0;
  std::array<engines::SignalNews, 2> engine_news_;  // of what was evaluated
  base::SteadyTime evaluated_at_ = {};
  base::SteadyTime look_at_ = base::kNever;
};

// StreamMetricSpec: the specs at once. They follow from the metadata, which
// cannot change while the stream is open, so that is all; the stream stays
// open, for KEDA would open a closed one again and again.
class MetricSpecFeed final : public rpc::Feed<externalscaler::GetMetricSpecResponse> {
 public:
  explicit MetricSpecFeed(externalscaler::GetMetricSpecResponse specs) : specs_(std::move(specs)) {}

  std::optional<externalscaler::GetMetricSpecResponse> Next(base::SteadyTime) override {
    return std::exchange(specs_, std::nullopt);
  }

 private:
  std::optional<externalscaler::GetMetricSpecResponse> specs_;
};

}  // namespace gpuscaler::serving
