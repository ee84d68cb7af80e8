#include "sources/sampler.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "base/log.h"
#include "base/strings.h"

namespace gpuscaler::sources {
namespace {

constexpr base::Duration kWatchPeriod = std::chrono::milliseconds(250);

// By the clock: the text of a hang that goes on stays the same.
absl::Status HangOf(catalog::Lane lane, base::WallTime since) {
  return absl::UnavailableError(base::StrCat(
      "a read of the ", catalog::LaneName(lane), " lane hangs in the driver since ",
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", absl::FromChrono(since), absl::UTCTimeZone())));
}

}  // namespace

base::Duration HangsAfter(base::Duration period) {
  return std::clamp<base::Duration>(std::min<base::Duration>(period, std::chrono::seconds(1)) * 10,
                                    std::chrono::seconds(1), std::chrono::seconds(5));
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
  watch_ =
      std::make_unique<base::PeriodicThread>("lane-watch", kWatchPeriod, [this](base::SteadyTime) {
        for (size_t i = 0; i < catalog::kLaneCount; ++i) LookForHang(static_cast<catalog::Lane>(i));
      });
}

Sampler::~Sampler() {
  watch_->RequestStop();
  for (const auto& thread : threads_) thread->RequestStop();
}

bool Sampler::StopWithin(base::Duration patience) {
  watch_->RequestStop();
  for (const auto& thread : threads_) thread->RequestStop();
  const base::SteadyTime deadline = base::Now() + patience;
  bool all = watch_->StopWithin(patience);
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
  if (const base::SteadyTime sampled_at = newest_->lanes[i].sampled_at;
      sampled_at != base::SteadyTime()) {
    stats.sampled_at = sampled_at;
  }
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

void Sampler::LookForHang(catalog::Lane lane) {
  const auto i = static_cast<size_t>(lane);
  const base::Duration limit = HangsAfter(options_.periods[i]);
  absl::Status hang;
  {
    base::MutexLock lock(mutex_);
    LaneCounters& counters = counters_[i];
    const base::SteadyTime now = base::Now();
    if (counters.hangs || !counters.reading_since || now - *counters.reading_since < limit) return;
    counters.hangs = true;
    const base::WallTime wall_now = std::chrono::system_clock::now();
    hang = HangOf(lane, wall_now - std::chrono::duration_cast<base::WallTime::duration>(
                                       now - *counters.reading_since));
    Publish(FoldHang(*newest_, lane, hang, std::max(now, newest_->taken_at), wall_now));
  }
  base::LogWarn(base::Message(hang),
                {{"lane", catalog::LaneName(lane)}, {"source", source_.name()}});
}

void Sampler::Tick(catalog::Lane lane) {
  const base::SteadyTime started = base::Now();
  {
    base::MutexLock lock(mutex_);
    counters_[static_cast<size_t>(lane)].reading_since = started;
  }
  const auto read = source_.Read(lane);
  const base::SteadyTime now = base::Now();

  absl::Status before;
  bool hung = false;
  {
    base::MutexLock lock(mutex_);
    LaneCounters& counters = counters_[static_cast<size_t>(lane)];
    ++counters.collections;
    if (!read.ok()) ++counters.errors;
    counters.in_reads += now - started;
    counters.reading_since.reset();
    hung = std::exchange(counters.hangs, false);
    const auto bucket =
        std::lower_bound(LaneStats::kDurationBuckets.begin(), LaneStats::kDurationBuckets.end(),
                         base::ToSeconds(now - started));
    ++counters.buckets[static_cast<size_t>(bucket - LaneStats::kDurationBuckets.begin())];

    before = newest_->lane(lane).status;
    // An ownership may have come in since the read ended: time goes on only.
    Publish(Fold(*newest_, lane, read, std::max(now, newest_->taken_at),
                 std::chrono::system_clock::now()));
  }
  if (hung) {
    base::LogInfo("the read that hung has ended", {{"lane", catalog::LaneName(lane)},
                                                   {"source", source_.name()},
                                                   {"seconds", base::ToSeconds(now - started)}});
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
