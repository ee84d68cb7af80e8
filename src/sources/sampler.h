// Reads a source, lane by lane, each lane on a thread of its own, and publishes
// a new snapshot after every read.
//
// A slow or hung call in one lane delays no other lane: the only thing that
// lanes share is the newest snapshot, under a mutex that is not held over a
// read.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "sources/fold.h"
#include "sources/source.h"
#include "telemetry/snapshot.h"
#include "telemetry/store.h"

namespace gpuscaler::sources {

// What one lane has done so far, for /metrics and liveness.
struct LaneStats {
  uint64_t collections = 0;  // reads begun and ended
  uint64_t errors = 0;       // reads that failed as a whole
  uint64_t overruns = 0;     // periods missed because a read took, or takes, too long
  double seconds_total = 0;  // spent in reads
  // Reads by duration: in each place those above the bound before it and at or
  // below its own; in the last those above every bound.
  static constexpr std::array<double, 10> kDurationBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                              0.025,  0.05,  0.1,    0.5,   2.5};
  std::array<uint64_t, kDurationBuckets.size() + 1> buckets = {};
  std::optional<base::SteadyTime> busy_since;  // a read is under way since
  std::optional<base::SteadyTime> sampled_at;  // end of the newest successful read
};

// A read that takes longer hangs, until it ends: ten periods, but at least 1 s and
// at most 5 s.
base::Duration HangsAfter(base::Duration period);

class Sampler {
 public:
  struct Options {
    std::string node;
    // Period of each lane, by catalog::Lane.
    std::array<base::Duration, catalog::kLaneCount> periods;
  };

  // Starts the lanes. `source` and `store` must outlive the sampler.
  Sampler(Options options, Source& source, telemetry::Store& store);
  ~Sampler();

  // Any thread: who holds the GPUs, from now on in every snapshot. Published at
  // once.
  void SetOwnership(std::shared_ptr<const telemetry::Ownership> ownership)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // False when a read still hangs after `patience`: see PeriodicThread.
  [[nodiscard]] bool StopWithin(base::Duration patience);

  LaneStats Stats(catalog::Lane lane) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct LaneCounters {
    uint64_t collections = 0;
    uint64_t errors = 0;
    base::Duration in_reads = {};
    std::optional<base::SteadyTime> reading_since;
    bool hangs = false;  // the read under way does, and the snapshot says so
    std::array<uint64_t, LaneStats::kDurationBuckets.size() + 1> buckets = {};
  };

  void Tick(catalog::Lane lane) ABSL_LOCKS_EXCLUDED(mutex_);
  void LookForHang(catalog::Lane lane) ABSL_LOCKS_EXCLUDED(mutex_);
  void Publish(telemetry::Snapshot next) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  Source& source_;
  telemetry::Store& store_;
  mutable base::Mutex mutex_;
  std::shared_ptr<const telemetry::Snapshot> newest_ ABSL_GUARDED_BY(mutex_);
  std::array<LaneCounters, catalog::kLaneCount> counters_ ABSL_GUARDED_BY(mutex_);
  std::array<std::unique_ptr<base::PeriodicThread>, catalog::kLaneCount> threads_;
  std::unique_ptr<base::PeriodicThread> watch_;  // a thread that hangs cannot say so
};

}  // namespace gpuscaler::sources
