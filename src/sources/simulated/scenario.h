// A simulated node: GPUs whose metrics follow waveforms, and what goes wrong.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "catalog/metrics.h"
#include "sources/simulated/fault.h"
#include "sources/simulated/script.h"
#include "sources/simulated/waveform.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::sources {

struct SimulatedGpu {
  std::shared_ptr<const telemetry::GpuIdentity> identity;
  // By catalog::Metric; empty: this GPU does not have it.
  std::array<std::optional<Waveform>, catalog::kGpuMetricCount> waves;
  // Of memory_used_mib and memory_used_percent, at most one follows from the
  // other and memory_total_mib.
  bool percent_from_used = false;
  bool used_from_percent = false;

  std::optional<double> Value(catalog::Metric metric, base::Duration t) const;
};

class Scenario final : public Script {
 public:
  // `loop` > 0: time starts anew after so long. `gpus` ascending by index.
  Scenario(std::vector<SimulatedGpu> gpus, std::vector<Fault> faults, base::Duration loop);

  absl::StatusOr<std::vector<GpuSample>> At(catalog::Lane lane, base::Duration t,
                                            base::SteadyTime now) const override;
  std::optional<base::Duration> length() const override {
    return loop_ > base::Duration::zero() ? std::optional(loop_) : std::nullopt;
  }
  base::Duration HoldUp(catalog::Lane lane, base::Duration t) const override;

 private:
  base::Duration Looped(base::Duration t) const;
  GpuSample Sample(const SimulatedGpu& gpu, catalog::Lane lane, base::Duration t,
                   base::SteadyTime now) const;

  const std::vector<SimulatedGpu> gpus_;
  const std::vector<Fault> faults_;
  const base::Duration loop_;
};

}  // namespace gpuscaler::sources
