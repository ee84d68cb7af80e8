// What was recorded of a workload: its replicas' GPUs at any moment, and the load that
// they show. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "scaling/trigger.h"
#include "sources/simulated/script.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::simulation {

struct RecordedMoment {
  absl::Status status;  // not OK: nothing could be read; what follows is older, or empty
  base::SteadyTime read_at = {};
  // The GPUs of each replica, one at least.
  std::vector<std::vector<telemetry::GpuSnapshot>> replicas;
};

struct RecordingOptions {
  std::optional<scaling::WorkloadRef> workload;  // whose pods count, where the script knows pods
  std::optional<int64_t> replicas;               // how many there were, > 0; empty: as recorded
  catalog::Metric load_metric = catalog::Metric::kGpuUtilization;
};

class Recording {
 public:
  Recording(std::shared_ptr<const sources::Script> script, RecordingOptions options);

  // Empty: it does not end.
  std::optional<base::Duration> length() const { return script_->length(); }
  // Whether it knows the workload's pods; otherwise all GPUs are the workload's.
  bool knows_pods() const { return knows_pods_; }

  // What a scaler that reads every second knows at `t`. Where nothing can be read then, what
  // was read last, at most `patience` before.
  RecordedMoment At(base::Duration t, base::SteadyTime now, base::Duration patience) const;

  // The load metric's mean over the GPUs times the number of replicas: 250 % is what two
  // and a half replicas at their limit do. Empty: nothing could be read.
  std::optional<double> OfferedAt(base::Duration t) const;

  // How many replicas there were: as the options say, else pods, else one.
  int64_t ReplicasAt(base::Duration t) const;

 private:
  RecordedMoment Read(base::Duration t, base::SteadyTime now,
                      std::span<const catalog::Lane> lanes) const;
  std::vector<std::vector<telemetry::GpuSnapshot>> ByPod(
      base::Duration t, const std::vector<telemetry::GpuSnapshot>& gpus) const;
  std::vector<std::vector<telemetry::GpuSnapshot>> Evenly(
      std::vector<telemetry::GpuSnapshot> gpus) const;
  bool HasPodAt(base::Duration t) const;

  const std::shared_ptr<const sources::Script> script_;
  const RecordingOptions options_;
  bool knows_pods_ = false;
};

// The mean of `metric` over all GPUs that tell it; empty: none does.
std::optional<double> Mean(const std::vector<std::vector<telemetry::GpuSnapshot>>& replicas,
                           catalog::Metric metric);

}  // namespace gpuscaler::simulation
