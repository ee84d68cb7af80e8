// The simulated replicas: pods that come and go, start for a while, and share the
// offered load among those that serve.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "catalog/metrics.h"
#include "scaling/trigger.h"
#include "simulation/recording.h"
#include "telemetry/view.h"

namespace gpuscaler::simulation {

struct ReplicasOptions {
  base::Duration start = std::chrono::seconds(60);  // from its creation until a replica serves
  bool open_loop = false;                           // whatever runs, GPUs show what was recorded
  std::optional<scaling::WorkloadRef> workload;     // whose pods they are
  catalog::Metric load_metric = catalog::Metric::kGpuUtilization;
};

class Replicas {
 public:
  // These have started already.
  Replicas(ReplicasOptions options, int64_t count, base::SteadyTime now);

  int64_t count() const { return static_cast<int64_t>(pods_.size()); }
  int64_t Serving(base::SteadyTime now) const;
  // The youngest go first.
  void Scale(int64_t count, base::SteadyTime now);

  // From `now` on for `step` this load is offered, in the load metric's unit, summed over
  // replicas. What the serving ones cannot take waits, and is offered again.
  void Offer(double load, base::Duration step, base::SteadyTime now);

  // Load that waits: so much of the load metric, times seconds.
  double backlog() const { return backlog_; }
  // What one serving replica shows; above its limit there is none.
  double each() const { return each_; }

  // What the scaler would read at `now`: the recorded replicas' GPUs, their shared metrics
  // by the load that is each replica's now. Where `moment` holds nothing, the readings of the
  // last one that did age.
  std::shared_ptr<const telemetry::View> Show(const RecordedMoment& moment, base::SteadyTime now);

 private:
  struct Pod {
    std::string name;
    std::optional<base::SteadyTime> created;  // empty: before the simulation
    bool worked;
  };
  using Gpus = std::vector<telemetry::GpuSnapshot>;
  // What becomes of a shared metric.
  struct Share {
    double factor = 0;           // times what was recorded
    std::optional<double> flat;  // the load metric itself, where nothing was recorded
  };

  bool Serves(const Pod& pod, base::SteadyTime now) const {
    return !pod.created || now - *pod.created >= options_.start;
  }
  telemetry::Snapshot Node(const std::string& name, base::SteadyTime now) const;
  telemetry::Snapshot NodeOf(Pod& pod, const Gpus& recorded, const Share& share,
                             base::SteadyTime now) const;
  telemetry::Snapshot NodeWithoutPod(base::SteadyTime now) const;
  Gpus Loaded(const Gpus& recorded, const Share& share, const std::string& pod) const;
  Share ShareOfServing(base::SteadyTime now) const;

  const ReplicasOptions options_;
  std::deque<Pod> pods_;  // oldest first
  uint64_t next_ = 0;
  double backlog_ = 0;
  double each_ = 0;
  RecordedMoment newest_;  // that could be read
  absl::Status status_;
  uint64_t sequence_ = 0;
};

}  // namespace gpuscaler::simulation
