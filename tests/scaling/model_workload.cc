#include "scaling/model_workload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::scaling {
namespace {

constexpr size_t kGpusOfANode = 8;

}  // namespace

ModelWorkload::ModelWorkload(Options options, base::SteadyTime now) : options_(std::move(options)) {
  Scale(options_.replicas, now - std::chrono::hours(1));
  for (Pod& pod : pods_) pod.worked = true;
}

int64_t ModelWorkload::Ready(base::SteadyTime now) const {
  return std::count_if(pods_.begin(), pods_.end(),
                       [this, now](const Pod& pod) { return IsLoaded(pod, now); });
}

void ModelWorkload::Scale(int64_t replicas, base::SteadyTime now) {
  while (pods_.size() > static_cast<size_t>(replicas)) pods_.pop_back();  // the youngest
  while (pods_.size() < static_cast<size_t>(replicas)) {
    // Five of Kubernetes' random characters, counted.
    std::string random;
    for (uint64_t n = next_name_++; random.size() < 5; n /= 20) {
      random += "bcdfghjklmnpqrstvwxz"[n % 20];
    }
    pods_.push_back({base::StrCat(options_.name, "-7d9c8b5f4d-", random), FreePlace(), now});
    nodes_ = std::max(nodes_, pods_.back().place / kGpusOfANode + 1);
  }
}

void ModelWorkload::ReplaceAllPods(base::SteadyTime now) {
  const int64_t count = replicas();
  pods_.clear();
  Scale(count, now);
}

size_t ModelWorkload::FreePlace() const {
  for (size_t place = 0;; ++place) {
    const bool taken = std::any_of(pods_.begin(), pods_.end(),
                                   [place](const Pod& pod) { return pod.place == place; });
    if (!taken) return place;
  }
}

std::vector<telemetry::Snapshot> ModelWorkload::Read(base::SteadyTime now) {
  const auto ready = static_cast<double>(Ready(now));
  const double each = ready == 0 ? 0 : std::min(100.0, kModelTarget * options_.load / ready);
  ++sequence_;
  std::vector<telemetry::Snapshot> nodes;
  for (size_t node = 0; node < nodes_; ++node) nodes.push_back(ReadNode(node, each, now));
  return nodes;
}

telemetry::Snapshot ModelWorkload::ReadNode(size_t node, double each, base::SteadyTime now) {
  telemetry::Snapshot snapshot;
  snapshot.node = base::StrCat(options_.name, "-node-", node);
  snapshot.sequence = sequence_;
  snapshot.taken_at = now;
  for (telemetry::LaneState& lane : snapshot.lanes) lane.sampled_at = now;
  auto ownership = std::make_shared<telemetry::Ownership>();
  ownership->listed_at = hung_since_.value_or(now);
  for (size_t i = 0; i < kGpusOfANode; ++i) {
    auto identity = std::make_shared<telemetry::GpuIdentity>();
    identity->index = static_cast<uint32_t>(i);
    identity->uuid = base::StrCat("GPU-", options_.name, "-", node, "-", i);
    double utilization = 0;
    for (Pod& pod : pods_) {
      if (pod.place != node * kGpusOfANode + i) continue;
      utilization = IsLoaded(pod, now) ? each : 0;
      pod.worked = pod.worked || utilization > 5;
      ownership->pods.push_back({kModelNamespace, pod.name, pod.created, {identity->uuid}});
      snapshot.pods_worked.push_back(pod.worked);
    }
    telemetry::GpuSnapshot gpu;
    gpu.identity = std::move(identity);
    gpu.readings.Set(catalog::Metric::kGpuUtilization, utilization, now);
    snapshot.gpus.push_back(std::move(gpu));
  }
  snapshot.ownership = std::move(ownership);
  return snapshot;
}

std::map<std::string, std::string> ModelWorkload::Metadata(
    HpaMetricType type, const std::string& warmup_seconds) const {
  return {{"workload", "deployment/" + options_.name},
          {"targetGpuUtilization", std::to_string(static_cast<int>(kModelTarget))},
          {"hpaMetricType", type == HpaMetricType::kValue ? "Value" : "AverageValue"},
          {"warmupSeconds", warmup_seconds}};
}

void ModelHpa::Sync(ModelWorkload& workload, const absl::StatusOr<double>& value,
                    base::SteadyTime now) {
  answered_ = value.ok();
  if (answered_) {
    const int64_t current = workload.replicas();
    const int64_t wanted =
        DesiredReplicas(type_, *value, kModelTarget, current, workload.Ready(now));
    workload.Scale(hpa_.Sync(now, wanted, current), now);
  }
  least_ = std::min(least_, workload.replicas());
  most_ = std::max(most_, workload.replicas());
}

void ExpectRight(const ModelWorkload& workload, double load) {
  const double ratio = load / static_cast<double>(workload.replicas());
  EXPECT_GE(ratio, 1 - kHpaTolerance - 1e-9) << workload.replicas() << " replicas for " << load;
  EXPECT_LE(ratio, 1 + kHpaTolerance + 1e-9) << workload.replicas() << " replicas for " << load;
}

}  // namespace gpuscaler::scaling
