#include "sources/sampler.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
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

telemetry::Snapshot FoldOwnership(const telemetry::Snapshot& previous,
                                  std::shared_ptr<const telemetry::Ownership> ownership,
                                  base::SteadyTime now, base::WallTime wall_now) {
  telemetry::Snapshot next = NextOf(previous, now, wall_now);
  next.ownership = std::move(ownership);
  next.gpus = previous.gpus;
  next.pods_worked = telemetry::PodsWorked(previous, next);
  return next;
}

Sampler::Sampler(Options options, Source& source, telemetry::Store& store)
    : options_(std::move(options)), source_(source), store_(store) {
  auto first = std::make_shared<telemetry::Snapshot>();
  first->node = options_.node;
  newest_ = std::move(first);
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    const auto lane = static_cast<catalog::Lane>(i);
    threads_[i] = std::make_unique<base::PeriodicThread>(
        base::StrCat("lane-", catalog::LaneName(lane)), options_.periods[i],
        [this, lane](base::SteadyTime) { Tick(lane); });
  }
}

Sampler::~Sampler() {
  for (const auto& thread : threads_) thread->RequestStop();
}

bool Sampler::StopWithin(base::Duration patience) {
  for (const auto& thread : threads_) thread->RequestStop();
  const base::SteadyTime deadline = base::Now() + patience;
  bool all = true;
  for (const auto& thread : threads_) {
    all = thread->StopWithin(std::max(deadline - base::Now(), base::Duration::zero())) && all;
  }
  return all;
}

LaneStats Sampler::Stats(catalog::Lane lane) const {
  const auto i = static_cast<size_t>(lane);
  LaneStats stats;
  stats.overruns = threads_[i]->overruns();
  stats.busy_since = threads_[i]->BusySince();
  base::MutexLock lock(mutex_);
  stats.collections = counters_[i].collections;
  stats.errors = counters_[i].errors;
  stats.seconds_total = base::ToSeconds(counters_[i].in_reads);
  stats.buckets = counters_[i].buckets;
  return stats;
}

void Sampler::SetOwnership(std::shared_ptr<const telemetry::Ownership> ownership) {
  base::MutexLock lock(mutex_);
  Publish(
      FoldOwnership(*newest_, std::move(ownership), base::Now(), std::chrono::system_clock::now()));
}

// Under the mutex: of two that end together the older one must not be left in
// the store.
void Sampler::Publish(telemetry::Snapshot next) {
  newest_ = std::make_shared<const telemetry::Snapshot>(std::move(next));
  store_.Publish(newest_);
}

void Sampler::Tick(catalog::Lane lane) {
  const base::SteadyTime started = base::Now();
  const auto read = source_.Read(lane);
  const base::SteadyTime now = base::Now();

  absl::Status before;
  {
    base::MutexLock lock(mutex_);
    LaneCounters& counters = counters_[static_cast<size_t>(lane)];
    ++counters.collections;
    if (!read.ok()) ++counters.errors;
    counters.in_reads += now - started;
    const auto bucket =
        std::lower_bound(LaneStats::kDurationBuckets.begin(), LaneStats::kDurationBuckets.end(),
                         base::ToSeconds(now - started));
    ++counters.buckets[static_cast<size_t>(bucket - LaneStats::kDurationBuckets.begin())];

    before = newest_->lane(lane).status;
    // An ownership may have come in since the read ended: time goes on only.
    Publish(Fold(*newest_, lane, read, std::max(now, newest_->taken_at),
                 std::chrono::system_clock::now()));
  }
  // Changes only: a driver that is gone for a day is one line, not 400,000.
  if (!read.ok() && read.status() != before) {
    base::LogError("cannot read the GPUs", {{"lane", catalog::LaneName(lane)},
                                            {"source", source_.name()},
                                            {"error", base::Message(read.status())}});
  } else if (read.ok() && !before.ok()) {
    base::LogInfo(
        "the GPUs can be read again",
        {{"lane", catalog::LaneName(lane)}, {"source", source_.name()}, {"gpus", read->size()}});
  }
}

}  // namespace gpuscaler::sources
