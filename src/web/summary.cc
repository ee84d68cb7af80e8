#include "web/summary.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "catalog/workload_name.h"
#include "telemetry/timestamp.h"
#include "web/workload_totals.h"

namespace gpuscaler::web {
namespace {

using telemetry::Snapshot;

uint64_t HashOf(std::string_view pod_namespace, std::string_view name) {
  const std::hash<std::string_view> hash;
  return hash(pod_namespace) * 0x9E3779B97F4A7C15U ^ hash(name);
}

class Counting {
 public:
  Counting(const Ages& ages, const PageTime& time) : ages_(ages), time_(time) {}

  void Add(const Snapshot& node) {
    const NodeState state = StateOf(node, ages_, time_.now);
    ++states_[static_cast<size_t>(state)];
    // No value is expected of a node that is known to have no GPU.
    if (node.gpus.empty() && state == NodeState::kFresh) ++without_gpus_;
    const auto age = ReadingAge(node, time_.now);
    if (age && state != NodeState::kLost) oldest_ = std::max(oldest_.value_or(*age), *age);
    for (const telemetry::GpuSnapshot& gpu : node.gpus) AddGpu(gpu);
    if (node.ownership != nullptr) AddPods(node.ownership->pods);
  }

  void Tell(api::v1::Summary& summary) const {
    api::v1::NodeCounts& nodes = *summary.mutable_nodes();
    nodes.set_fresh(states_[0]);
    nodes.set_stale(states_[1]);
    nodes.set_lost(states_[2]);
    const uint32_t all = states_[0] + states_[1] + states_[2];
    if (const uint32_t expected = all - without_gpus_; expected > 0) {
      summary.set_coverage_percent(Rounded(100.0 * (states_[0] - without_gpus_) / expected));
    }
    if (oldest_) summary.set_oldest_reading_seconds(Rounded(base::ToSeconds(*oldest_)));
    api::v1::GpuCounts& gpus = *summary.mutable_gpus();
    gpus.set_total(gpus_);
    gpus.set_failed(failed_);
    gpus.set_held(held_);
    if (const auto mean = utilization_.value()) gpus.set_mean_utilization_percent(Rounded(*mean));
    if (const auto mean = memory_.value()) gpus.set_mean_memory_percent(Rounded(*mean));
    summary.set_pods(pods_);
    summary.set_workloads(static_cast<uint32_t>(workloads_.size()));
  }

 private:
  void AddPods(const std::vector<telemetry::Pod>& pods) {
    held_here_.clear();
    for (const telemetry::Pod& pod : pods) {
      ++pods_;
      held_here_.insert(held_here_.end(), pod.gpus.begin(), pod.gpus.end());
      workloads_.insert(HashOf(pod.pod_namespace, catalog::WorkloadOf(pod.name).name));
    }
    if (pods.size() > 1) std::sort(held_here_.begin(), held_here_.end());
    held_ += static_cast<uint32_t>(std::unique(held_here_.begin(), held_here_.end()) -
                                   held_here_.begin());
  }

  void AddGpu(const telemetry::GpuSnapshot& gpu) {
    ++gpus_;
    if (!gpu.status.ok()) ++failed_;
    const auto fresh = [&](catalog::Metric metric) {
      return FreshValue(gpu, metric, ages_.stale_after, time_.now);
    };
    if (const auto value = fresh(catalog::Metric::kGpuUtilization)) utilization_.Add(*value);
    if (const auto value = fresh(catalog::Metric::kMemoryUsedPercent)) memory_.Add(*value);
  }

  const Ages& ages_;
  const PageTime& time_;
  uint32_t states_[3] = {};  // by NodeState
  uint32_t without_gpus_ = 0;
  uint32_t gpus_ = 0;
  uint32_t failed_ = 0;
  uint32_t pods_ = 0;
  uint32_t held_ = 0;
  std::vector<std::string_view> held_here_;  // of one node, with memory for the next
  Mean utilization_;
  Mean memory_;
  std::optional<base::Duration> oldest_;
  absl::flat_hash_set<uint64_t> workloads_;
};

}  // namespace

void SummarizeView(const telemetry::View& view, const Ages& ages, const PageTime& time,
                   api::v1::Summary& summary) {
  Counting counting(ages, time);
  for (const auto& node : view.nodes()) counting.Add(*node);
  counting.Tell(summary);
}

const api::v1::Summary& SummaryMaker::Make(const telemetry::View& view, const absl::Status& ready,
                                           const serving::Decisions::Counts& decisions,
                                           const PageTime& time) {
  if (made_at_ && time.now - *made_at_ < kGoodFor) return summary_;
  made_at_ = time.now;
  summary_.Clear();
  telemetry::SetTimestamp(time.at, *summary_.mutable_at());
  summary_.set_version(facts_.version);
  summary_.set_role(facts_.role);
  summary_.set_source(base::ToUtf8(facts_.source));
  summary_.set_node(base::ToUtf8(facts_.node));
  summary_.set_not_ready(base::ToUtf8(base::Message(ready)));
  summary_.set_stale_after_seconds(base::ToSeconds(ages_.stale_after));
  SummarizeView(view, ages_, time, summary_);
  api::v1::DecisionCounts& counts = *summary_.mutable_decisions();
  counts.set_total(static_cast<uint32_t>(decisions.total));
  counts.set_active(static_cast<uint32_t>(decisions.active));
  counts.set_inactive(static_cast<uint32_t>(decisions.inactive));
  counts.set_failed(static_cast<uint32_t>(decisions.failed));
  counts.set_held(static_cast<uint32_t>(decisions.held));
  return summary_;
}

}  // namespace gpuscaler::web
