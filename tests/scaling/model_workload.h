// A Deployment in a closed loop: pods that hold a GPU each, load their model for a
// while and share an offered load, and the HPA that acts on what is said of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "scaling/hpa.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::scaling {

// Percent of utilization: HPA's target, at which a load of 1 keeps one replica.
inline constexpr double kModelTarget = 80;
inline constexpr const char* kModelNamespace = "default";

class ModelWorkload {
 public:
  struct Options {
    std::string name;
    double load = 1;  // how many replicas it takes at the target
    base::Duration load_time = {};
    int64_t replicas = 1;  // at the start; these have loaded their model
  };
  ModelWorkload(Options options, base::SteadyTime now);

  const std::string& name() const { return options_.name; }
  int64_t replicas() const { return static_cast<int64_t>(pods_.size()); }
  int64_t Ready(base::SteadyTime now) const;

  void SetLoad(double load) { options_.load = load; }
  void Scale(int64_t replicas, base::SteadyTime now);
  void ReplaceAllPods(base::SteadyTime now);
  // From `since` on no kubelet answers; empty: they do again.
  void HangKubelets(std::optional<base::SteadyTime> since) { hung_since_ = since; }

  // What its nodes, of eight GPUs each and its own, read at `now`.
  std::vector<telemetry::Snapshot> Read(base::SteadyTime now);

  // ScaledObject metadata that asks for it.
  std::map<std::string, std::string> Metadata(HpaMetricType type,
                                              const std::string& warmup_seconds) const;

 private:
  struct Pod {
    std::string name;
    size_t place;  // node place / 8, GPU place % 8
    base::SteadyTime created;
    bool worked = false;
  };

  bool IsLoaded(const Pod& pod, base::SteadyTime now) const {
    return now - pod.created >= options_.load_time;
  }
  size_t FreePlace() const;
  telemetry::Snapshot ReadNode(size_t node, double each, base::SteadyTime now);

  Options options_;
  std::vector<Pod> pods_;
  size_t nodes_ = 0;
  std::optional<base::SteadyTime> hung_since_;
  uint64_t next_name_ = 0;
  uint64_t sequence_ = 0;
};

// HPA with what KEDA tells it of one workload.
class ModelHpa {
 public:
  ModelHpa(HpaMetricType type, HpaLimits limits, int64_t replicas)
      : type_(type), hpa_(limits), least_(replicas), most_(replicas) {}

  HpaMetricType type() const { return type_; }
  // A sync: without a value HPA keeps the replicas.
  void Sync(ModelWorkload& workload, const absl::StatusOr<double>& value, base::SteadyTime now);

  // Replicas since the last Mark, and whether the last sync had a value.
  int64_t least() const { return least_; }
  int64_t most() const { return most_; }
  bool answered() const { return answered_; }
  void Mark(const ModelWorkload& workload) { least_ = most_ = workload.replicas(); }

 private:
  const HpaMetricType type_;
  HpaModel hpa_;
  int64_t least_;
  int64_t most_;
  bool answered_ = false;
};

// Any count is right whose utilization is within HPA's tolerance of the target.
void ExpectRight(const ModelWorkload& workload, double load);

}  // namespace gpuscaler::scaling
