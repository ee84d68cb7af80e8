#include "simulation/replicas.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "simulation/pod_name.h"
#include "telemetry/pods_worked.h"

namespace gpuscaler::simulation {
namespace {

using telemetry::GpuSnapshot;

double LimitOf(catalog::Metric metric) {
  return catalog::Row(metric).is_percent() ? 100 : std::numeric_limits<double>::infinity();
}

}  // namespace

Replicas::Replicas(ReplicasOptions options, int64_t count, base::SteadyTime now)
    : options_(std::move(options)) {
  Scale(count, now);
  for (Pod& pod : pods_) {
    pod.created = std::nullopt;
    pod.worked = true;
  }
}

int64_t Replicas::Serving(base::SteadyTime now) const {
  return std::count_if(pods_.begin(), pods_.end(),
                       [this, now](const Pod& pod) { return Serves(pod, now); });
}

void Replicas::Scale(int64_t count, base::SteadyTime now) {
  while (pods_.size() > static_cast<size_t>(count)) pods_.pop_back();
  while (pods_.size() < static_cast<size_t>(count)) {
    const uint64_t number = next_++;
    const auto name = options_.workload ? PodName(*options_.workload, number) : std::nullopt;
    pods_.push_back({name.value_or(base::StrCat("replica-", number)), now, false});
  }
}

void Replicas::Offer(double load, base::Duration step, base::SteadyTime now) {
  if (options_.open_loop) return;
  const auto serving = static_cast<double>(Serving(now));
  const double seconds = base::ToSeconds(step);
  const double wanted = load + backlog_ / seconds;
  const double taken = serving == 0 ? 0 : std::min(wanted, serving * LimitOf(options_.load_metric));
  each_ = serving == 0 ? 0 : taken / serving;
  backlog_ = std::max(0.0, (wanted - taken) * seconds);
}

std::shared_ptr<const telemetry::View> Replicas::Show(const RecordedMoment& moment,
                                                      base::SteadyTime now) {
  status_ = moment.status;
  if (moment.status.ok() || !moment.replicas.empty()) newest_ = moment;
  ++sequence_;
  std::vector<std::shared_ptr<const telemetry::Snapshot>> nodes;
  const auto add = [&nodes](telemetry::Snapshot node) {
    nodes.push_back(std::make_shared<const telemetry::Snapshot>(std::move(node)));
  };
  // A node is there, whatever it says of itself.
  if (pods_.empty() || newest_.replicas.empty()) add(NodeWithoutPod(now));
  if (newest_.replicas.empty()) return std::make_shared<const telemetry::View>(std::move(nodes));
  const Share share = ShareOfServing(now);
  for (size_t i = 0; i < pods_.size(); ++i) {
    add(NodeOf(pods_[i], newest_.replicas[i % newest_.replicas.size()],
               Serves(pods_[i], now) ? share : Share(), now));
  }
  return std::make_shared<const telemetry::View>(std::move(nodes));
}

// The serving ones are the oldest. Each is like one of the recorded, in turns; together
// they show the load that they have.
Replicas::Share Replicas::ShareOfServing(base::SteadyTime now) const {
  if (options_.open_loop) return {1, std::nullopt};
  const auto serving = static_cast<size_t>(Serving(now));
  if (serving == 0) return {};
  double sum = 0;
  for (size_t i = 0; i < serving; ++i) {
    sum += Mean({newest_.replicas[i % newest_.replicas.size()]}, options_.load_metric).value_or(0);
  }
  if (sum == 0) return {1, each_};
  return {each_ * static_cast<double>(serving) / sum, std::nullopt};
}

telemetry::Snapshot Replicas::Node(const std::string& name, base::SteadyTime now) const {
  telemetry::Snapshot node;
  node.node = name;
  node.sequence = sequence_;
  node.taken_at = now;
  for (telemetry::LaneState& lane : node.lanes) {
    lane.sampled_at = newest_.read_at;
    lane.status = status_;
  }
  return node;
}

telemetry::Snapshot Replicas::NodeOf(Pod& pod, const Gpus& recorded, const Share& share,
                                     base::SteadyTime now) const {
  telemetry::Snapshot node = Node(base::StrCat("node-of-", pod.name), now);
  node.gpus = Loaded(recorded, share, pod.name);
  telemetry::Pod holder = {
      options_.workload ? options_.workload->pod_namespace : "", pod.name, pod.created, {}};
  for (const GpuSnapshot& gpu : node.gpus) holder.gpus.push_back(gpu.identity->uuid);
  std::sort(holder.gpus.begin(), holder.gpus.end());
  pod.worked = pod.worked || telemetry::IsBusy(node, holder);
  auto ownership = std::make_shared<telemetry::Ownership>();
  ownership->listed_at = now;
  ownership->pods.push_back(std::move(holder));
  node.ownership = std::move(ownership);
  node.pods_worked = {pod.worked};
  return node;
}

// The GPUs that the recorded replicas held are there all the same, and idle.
telemetry::Snapshot Replicas::NodeWithoutPod(base::SteadyTime now) const {
  telemetry::Snapshot node = Node("node-without-replica", now);
  const Share share = options_.open_loop ? Share{1, std::nullopt} : Share();
  for (size_t i = 0; i < newest_.replicas.size(); ++i) {
    const Gpus gpus = Loaded(newest_.replicas[i], share, base::StrCat("none-", i));
    node.gpus.insert(node.gpus.end(), gpus.begin(), gpus.end());
  }
  auto ownership = std::make_shared<telemetry::Ownership>();
  // Before anything was read nobody has told who holds what either.
  if (status_.ok() || !newest_.replicas.empty()) ownership->listed_at = now;
  node.ownership = std::move(ownership);
  return node;
}

Replicas::Gpus Replicas::Loaded(const Gpus& recorded, const Share& share,
                                const std::string& pod) const {
  Gpus gpus = recorded;
  for (size_t place = 0; place < gpus.size(); ++place) {
    GpuSnapshot& gpu = gpus[place];
    auto identity = std::make_shared<telemetry::GpuIdentity>(*gpu.identity);
    identity->uuid = base::StrCat("GPU-", pod, "-", place);
    gpu.identity = std::move(identity);
    for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      telemetry::Reading& reading = gpu.readings[row.id];
      if (row.kind != catalog::Kind::kIntensity) continue;
      if (reading.state != telemetry::ReadingState::kValue) continue;
      const bool flat = share.flat && row.id == options_.load_metric;
      reading.value = std::min(flat ? *share.flat : reading.value * share.factor, LimitOf(row.id));
    }
  }
  return gpus;
}

}  // namespace gpuscaler::simulation
