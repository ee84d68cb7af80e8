#include "sources/fold.h"

#include <string>
#include <utility>

#include "telemetry/pods_worked.h"

namespace gpuscaler::sources {
namespace {

using telemetry::GpuSnapshot;
using telemetry::Reading;
using telemetry::ReadingState;

// The GPU as it was; one that tells no UUID is known by its index.
const GpuSnapshot* FindEarlier(const telemetry::Snapshot& previous,
                               const telemetry::GpuIdentity& identity) {
  if (!identity.uuid.empty()) return telemetry::FindGpu(previous, identity.uuid);
  for (const GpuSnapshot& gpu : previous.gpus) {
    if (gpu.identity->uuid.empty() && gpu.identity->index == identity.index) return &gpu;
  }
  return nullptr;
}

// `reading` is the lane's new one; an earlier value outlives a failed attempt.
Reading FoldReading(const Reading& earlier, const Reading& reading) {
  const bool keep = reading.state == ReadingState::kFailed && earlier.state == ReadingState::kValue;
  if (!keep) return reading;
  Reading kept = earlier;
  kept.outlived = true;
  return kept;
}

GpuSnapshot FoldGpu(const GpuSnapshot* earlier, catalog::Lane lane, const GpuSample& sample) {
  GpuSnapshot gpu;
  gpu.identity = sample.identity;
  gpu.status = sample.status;
  if (!gpu.status.ok()) return gpu;
  if (earlier != nullptr) {
    gpu.readings = earlier->readings;
    gpu.reading_failures = earlier->reading_failures;
  }
  gpu.reading_failures[static_cast<size_t>(lane)] = sample.reading_failure;
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (row.lane != lane) continue;
    gpu.readings[row.id] = FoldReading(gpu.readings[row.id], sample.readings[row.id]);
  }
  return gpu;
}

telemetry::Snapshot NextOf(const telemetry::Snapshot& previous, base::SteadyTime now,
                           base::WallTime wall_now) {
  telemetry::Snapshot next;
  next.node = previous.node;
  next.sequence = previous.sequence + 1;
  next.taken_at = now;
  next.taken_at_wall = wall_now;
  next.lanes = previous.lanes;
  next.ownership = previous.ownership;
  return next;
}

}  // namespace

telemetry::Snapshot Fold(const telemetry::Snapshot& previous, catalog::Lane lane,
                         const absl::StatusOr<std::vector<GpuSample>>& read, base::SteadyTime now,
                         base::WallTime wall_now) {
  telemetry::Snapshot next = NextOf(previous, now, wall_now);
  next.lane(lane).status = read.status();
  if (!read.ok()) {
    next.gpus = previous.gpus;
    next.pods_worked = previous.pods_worked;
    return next;
  }
  next.lane(lane).sampled_at = now;
  next.gpus.reserve(read->size());
  for (const GpuSample& sample : *read) {
    next.gpus.push_back(FoldGpu(FindEarlier(previous, *sample.identity), lane, sample));
  }
  next.pods_worked = telemetry::PodsWorked(previous, next);
  return next;
}

telemetry::Snapshot FoldHang(const telemetry::Snapshot& previous, catalog::Lane lane,
                             absl::Status hang, base::SteadyTime now, base::WallTime wall_now) {
  telemetry::Snapshot next = NextOf(previous, now, wall_now);
  next.lane(lane).status = std::move(hang);
  next.gpus = previous.gpus;
  next.pods_worked = previous.pods_worked;
  return next;
}

telemetry::Snapshot FoldOwnership(const telemetry::Snapshot& previous,
                                  std::shared_ptr<const telemetry::Ownership> ownership,
                                  base::SteadyTime now, base::WallTime wall_now) {
  telemetry::Snapshot next = NextOf(previous, now, wall_now);
  next.ownership = std::move(ownership);
  next.gpus = previous.gpus;
  next.pods_worked = telemetry::PodsWorked(previous, next);
  return next;
}

}  // namespace gpuscaler::sources
