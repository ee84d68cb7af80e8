#include "simulation/recording.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "scaling/own_pods.h"

namespace gpuscaler::simulation {
namespace {

using telemetry::GpuSnapshot;
using Replicas = std::vector<std::vector<GpuSnapshot>>;

constexpr base::Duration kSecond = std::chrono::seconds(1);
constexpr catalog::Lane kAllLanes[] = {catalog::Lane::kFast, catalog::Lane::kFull,
                                       catalog::Lane::kBandwidth};

scaling::OwnPods OwnPodsOf(const scaling::WorkloadRef& workload,
                           const std::vector<telemetry::Pod>& pods) {
  scaling::OwnPods own(workload);
  for (const telemetry::Pod& pod : pods) own.Hear(pod);
  return own;
}

// The lane's readings of one GPU, into those of the lanes before.
void Merge(const sources::GpuSample& sample, catalog::Lane lane, GpuSnapshot& gpu) {
  gpu.identity = sample.identity;
  gpu.status.Update(sample.status);
  gpu.reading_failures[static_cast<size_t>(lane)] = sample.reading_failure;
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (row.lane == lane) gpu.readings[row.id] = sample.readings[row.id];
  }
}

}  // namespace

Recording::Recording(std::shared_ptr<const sources::Script> script, RecordingOptions options)
    : script_(std::move(script)), options_(std::move(options)) {
  if (!options_.workload) return;
  const base::Duration end = length().value_or(base::Duration::zero());
  for (base::Duration t = {}; t < end && !knows_pods_; t += kSecond) {
    knows_pods_ = HasPodAt(t);
  }
}

bool Recording::HasPodAt(base::Duration t) const {
  const auto holders = script_->HoldersAt(t);
  if (holders == nullptr) return false;
  const scaling::OwnPods own = OwnPodsOf(*options_.workload, holders->pods);
  return std::any_of(holders->pods.begin(), holders->pods.end(),
                     [&own](const auto& pod) { return own.ReplicaOf(pod).has_value(); });
}

RecordedMoment Recording::At(base::Duration t, base::SteadyTime now,
                             base::Duration patience) const {
  RecordedMoment moment = Read(t, now, kAllLanes);
  const absl::Status status = moment.status;
  for (base::Duration age = kSecond; !moment.status.ok() && age <= std::min(patience, t);
       age += kSecond) {
    moment = Read(t - age, now - age, kAllLanes);
  }
  moment.status = status;
  return moment;
}

RecordedMoment Recording::Read(base::Duration t, base::SteadyTime now,
                               std::span<const catalog::Lane> lanes) const {
  RecordedMoment moment;
  moment.read_at = now;
  std::vector<GpuSnapshot> gpus;
  for (const catalog::Lane lane : lanes) {
    const auto samples = script_->At(lane, t, now);
    if (!samples.ok()) {
      moment.status = samples.status();
      return moment;
    }
    gpus.resize(samples->size());
    for (size_t i = 0; i < gpus.size(); ++i) Merge((*samples)[i], lane, gpus[i]);
  }
  moment.replicas = knows_pods_ ? ByPod(t, gpus) : Evenly(std::move(gpus));
  return moment;
}

Replicas Recording::ByPod(base::Duration t, const std::vector<GpuSnapshot>& gpus) const {
  const auto holders = script_->HoldersAt(t);
  if (holders == nullptr) return {};
  const scaling::OwnPods own = OwnPodsOf(*options_.workload, holders->pods);
  std::map<std::string_view, std::vector<GpuSnapshot>> by_replica;
  for (const telemetry::Pod& pod : holders->pods) {
    const auto replica = own.ReplicaOf(pod);
    if (!replica) continue;
    for (const GpuSnapshot& gpu : gpus) {
      if (std::binary_search(pod.gpus.begin(), pod.gpus.end(), gpu.identity->uuid)) {
        by_replica[*replica].push_back(gpu);
      }
    }
  }
  Replicas replicas;
  for (auto& [name, held] : by_replica) replicas.push_back(std::move(held));
  return replicas;
}

Replicas Recording::Evenly(std::vector<GpuSnapshot> gpus) const {
  const auto count = static_cast<size_t>(options_.replicas.value_or(1));
  const size_t each = std::max<size_t>(1, gpus.size() / count);
  Replicas replicas;
  for (size_t i = 0; i + each <= gpus.size() && replicas.size() < count; i += each) {
    const auto first = std::make_move_iterator(gpus.begin() + static_cast<std::ptrdiff_t>(i));
    replicas.emplace_back(first, first + static_cast<std::ptrdiff_t>(each));
  }
  return replicas;
}

std::optional<double> Recording::OfferedAt(base::Duration t) const {
  const catalog::Lane lane[] = {catalog::Row(options_.load_metric).lane};
  const RecordedMoment moment = Read(t, {}, lane);
  if (!moment.status.ok()) return std::nullopt;
  if (moment.replicas.empty() && knows_pods_) return 0;
  const auto mean = Mean(moment.replicas, options_.load_metric);
  if (!mean) return std::nullopt;
  return *mean * static_cast<double>(options_.replicas.value_or(
                     knows_pods_ ? static_cast<int64_t>(moment.replicas.size()) : 1));
}

int64_t Recording::ReplicasAt(base::Duration t) const {
  if (options_.replicas) return *options_.replicas;
  if (!knows_pods_) return 1;
  return static_cast<int64_t>(Read(t, {}, std::span(kAllLanes).first(1)).replicas.size());
}

std::optional<double> Mean(const Replicas& replicas, catalog::Metric metric) {
  double sum = 0;
  size_t count = 0;
  for (const std::vector<GpuSnapshot>& replica : replicas) {
    for (const GpuSnapshot& gpu : replica) {
      const auto value = gpu.readings.Value(metric);
      if (!gpu.status.ok() || !value) continue;
      sum += *value;
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

}  // namespace gpuscaler::simulation
