#include "sources/simulated/scenario.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::sources {

using catalog::Metric;

std::optional<double> SimulatedGpu::Value(Metric metric, base::Duration t) const {
  if (metric == Metric::kMemoryUsedPercent && percent_from_used) {
    return 100 * *Value(Metric::kMemoryUsedMib, t) / *Value(Metric::kMemoryTotalMib, t);
  }
  if (metric == Metric::kMemoryUsedMib && used_from_percent) {
    return *Value(Metric::kMemoryUsedPercent, t) * *Value(Metric::kMemoryTotalMib, t) / 100;
  }
  const auto& wave = waves[static_cast<size_t>(metric)];
  if (!wave.has_value()) return std::nullopt;
  return wave->At(t);
}

Scenario::Scenario(std::vector<SimulatedGpu> gpus, std::vector<Fault> faults, base::Duration loop)
    : gpus_(std::move(gpus)), faults_(std::move(faults)), loop_(loop) {}

absl::StatusOr<std::vector<GpuSample>> Scenario::At(catalog::Lane lane, base::Duration t,
                                                    base::SteadyTime now) const {
  t = Looped(t);
  for (const Fault& fault : faults_) {
    if (fault.kind == FaultKind::kDriverGone && fault.ActiveAt(t)) return fault.status;
  }
  std::vector<GpuSample> samples;
  samples.reserve(gpus_.size());
  for (const SimulatedGpu& gpu : gpus_) samples.push_back(Sample(gpu, lane, t, now));
  return samples;
}

base::Duration Scenario::HoldUp(catalog::Lane lane, base::Duration t) const {
  t = Looped(t);
  base::Duration longest = {};
  for (const Fault& fault : faults_) {
    if (!fault.ActiveAt(t) || !fault.Hits(lane)) continue;
    if (fault.kind == FaultKind::kHang) longest = std::max(longest, fault.end - t);
    if (fault.kind == FaultKind::kSlow) longest = std::max(longest, fault.delay);
  }
  return longest;
}

base::Duration Scenario::Looped(base::Duration t) const {
  t = std::max(t, base::Duration::zero());
  return loop_ > base::Duration::zero() ? t % loop_ : t;
}

GpuSample Scenario::Sample(const SimulatedGpu& gpu, catalog::Lane lane, base::Duration t,
                           base::SteadyTime now) const {
  GpuSample sample;
  sample.identity = gpu.identity;
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (row.lane != lane) continue;
    if (const auto value = gpu.Value(row.id, t); value.has_value()) {
      sample.readings.Set(row.id, *value, now);
    } else {
      sample.readings.SetUnsupported(row.id);
    }
  }
  for (const Fault& fault : faults_) {
    if (!fault.ActiveAt(t) || !fault.Hits(gpu.identity->index)) continue;
    if (fault.kind == FaultKind::kLost) return {gpu.identity, fault.status, absl::OkStatus(), {}};
    if (!fault.metric.has_value() || catalog::Row(*fault.metric).lane != lane) continue;
    if (fault.kind == FaultKind::kUnsupported) {
      sample.readings.SetUnsupported(*fault.metric);
    } else {
      sample.readings.SetFailed(*fault.metric);
      sample.reading_failure.Update(fault.status);
    }
  }
  return sample;
}

}  // namespace gpuscaler::sources
