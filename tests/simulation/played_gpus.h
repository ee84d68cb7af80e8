// A recording made up in a test: GPUs alike whose metric follows steps.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sources/simulated/script.h"

namespace gpuscaler::simulation {

struct PlayedStep {
  base::Duration from;
  absl::StatusOr<double> value;  // an error: nothing can be read
};

class PlayedGpus final : public sources::Script {
 public:
  PlayedGpus(size_t gpus, catalog::Metric metric, std::vector<PlayedStep> steps,
             base::Duration length)
      : gpus_(gpus), metric_(metric), steps_(std::move(steps)), length_(length) {}

  absl::StatusOr<std::vector<sources::GpuSample>> At(catalog::Lane lane, base::Duration t,
                                                     base::SteadyTime now) const override {
    const PlayedStep* step = &steps_.front();
    for (const PlayedStep& each : steps_) {
      if (each.from <= t) step = &each;
    }
    if (!step->value.ok()) return step->value.status();
    std::vector<sources::GpuSample> samples;
    for (size_t i = 0; i < gpus_; ++i) {
      auto identity = std::make_shared<telemetry::GpuIdentity>();
      identity->index = static_cast<uint32_t>(i);
      identity->uuid = "GPU-" + std::to_string(i);
      sources::GpuSample sample;
      sample.identity = std::move(identity);
      for (const auto& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
        if (row.lane == lane) sample.readings.SetUnsupported(row.id);
      }
      if (catalog::Row(metric_).lane == lane) sample.readings.Set(metric_, *step->value, now);
      samples.push_back(std::move(sample));
    }
    return samples;
  }

  std::optional<base::Duration> length() const override { return length_; }
  std::shared_ptr<const telemetry::Ownership> HoldersAt(base::Duration) const override {
    return holders_;
  }
  void SetHolders(std::shared_ptr<const telemetry::Ownership> holders) {
    holders_ = std::move(holders);
  }

 private:
  const size_t gpus_;
  const catalog::Metric metric_;
  const std::vector<PlayedStep> steps_;
  const base::Duration length_;
  std::shared_ptr<const telemetry::Ownership> holders_;
};

}  // namespace gpuscaler::simulation
