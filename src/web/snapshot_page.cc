#include "web/snapshot_page.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"
#include "catalog/metrics.h"
#include "telemetry/codec.h"
#include "telemetry/timestamp.h"

namespace gpuscaler::web {
namespace {

using telemetry::GpuSnapshot;
using telemetry::Snapshot;

// By UUID, the places of the pods that hold it.
using HoldersByGpu = std::unordered_map<std::string_view, std::vector<size_t>>;

HoldersByGpu HoldersOf(const Snapshot& node) {
  HoldersByGpu holders;
  if (node.ownership == nullptr) return holders;
  const auto& pods = node.ownership->pods;
  for (size_t place = 0; place < pods.size(); ++place) {
    for (const std::string& uuid : pods[place].gpus) holders[uuid].push_back(place);
  }
  return holders;
}

void AddPods(const Snapshot& node, const HoldersByGpu& holders, const PageTime& time,
             const std::string& uuid, api::v1::Gpu& out) {
  const auto found = holders.find(uuid);
  if (found == holders.end()) return;
  for (const size_t place : found->second) {
    const telemetry::Pod& pod = node.ownership->pods[place];
    api::v1::Holder& holder = *out.add_pods();
    holder.set_namespace_(base::ToUtf8(pod.pod_namespace));
    holder.set_pod(base::ToUtf8(pod.name));
    if (pod.appeared_at) holder.set_age_seconds(time.AgeOf(*pod.appeared_at));
    holder.set_worked(node.pods_worked[place]);
  }
}

void AddSeries(const std::vector<std::optional<uint8_t>>& series,
               google::protobuf::ListValue& list) {
  for (const auto& percent : series) {
    google::protobuf::Value& value = *list.add_values();
    if (percent) {
      value.set_number_value(*percent);
    } else {
      value.set_null_value(google::protobuf::NULL_VALUE);
    }
  }
}

void AddHistory(const GpuHistory& history, const std::string& node, const std::string& uuid,
                const PageTime& time, api::v1::Gpu& out) {
  const auto series = history.Of(node, uuid);
  const auto sampled_at = history.sampled_at();
  if (!series || !sampled_at) return;
  api::v1::History& its = *out.mutable_history();
  its.set_step_seconds(base::ToSeconds(GpuHistory::kStep));
  its.set_newest_age_seconds(time.AgeOf(*sampled_at));
  AddSeries(series->utilization, *its.mutable_utilization_percent());
  AddSeries(series->memory, *its.mutable_memory_percent());
}

void AddGpu(const GpuSnapshot& gpu, base::Duration stale_after, base::SteadyTime now,
            api::v1::Gpu& out) {
  out.set_index(gpu.identity->index);
  out.set_uuid(base::ToUtf8(gpu.identity->uuid));
  out.set_name(base::ToUtf8(gpu.identity->name));
  out.set_pci_bus_id(base::ToUtf8(gpu.identity->pci_bus_id));
  out.set_error(base::ToUtf8(base::Message(FirstFailure(gpu))));
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (const auto value = FreshValue(gpu, row.id, stale_after, now)) {
      (*out.mutable_readings())[std::string(row.name)] = Rounded(*value);
    }
  }
}

constexpr api::v1::NodeState kStates[] = {api::v1::FRESH, api::v1::STALE, api::v1::LOST};

void AddNode(const Snapshot& node, const Ages& ages, const PageTime& time,
             const GpuHistory* history, api::v1::Node& out) {
  out.set_node(base::ToUtf8(node.node));
  out.set_state(kStates[static_cast<size_t>(StateOf(node, ages, time.now))]);
  if (const auto age = ReadingAge(node, time.now)) {
    out.set_reading_age_seconds(Rounded(base::ToSeconds(*age)));
  }
  if (ages.nodes_report) out.set_heard_age_seconds(time.AgeOf(node.taken_at));
  out.set_error(base::ToUtf8(base::Message(NodeStatus(node))));
  if (node.ownership != nullptr) {
    api::v1::Holders& holders = *out.mutable_holders();
    if (node.ownership->listed_at != base::SteadyTime()) {
      holders.set_age_seconds(time.AgeOf(node.ownership->listed_at));
    }
    holders.set_error(base::ToUtf8(base::Message(node.ownership->status)));
    holders.set_pods(static_cast<uint32_t>(node.ownership->pods.size()));
  }
  const HoldersByGpu holders = HoldersOf(node);
  for (const GpuSnapshot& gpu : node.gpus) {
    api::v1::Gpu& its = *out.add_gpus();
    AddGpu(gpu, ages.stale_after, time.now, its);
    AddPods(node, holders, time, gpu.identity->uuid, its);
    if (history != nullptr) AddHistory(*history, node.node, gpu.identity->uuid, time, its);
  }
}

}  // namespace

api::v1::SnapshotPage MakeSnapshotPage(const telemetry::View& view,
                                       const SnapshotQuestion& question, const Ages& ages,
                                       const PageTime& time, const GpuHistory* history) {
  api::v1::SnapshotPage page;
  telemetry::SetTimestamp(time.at, *page.mutable_at());
  uint32_t total = 0;
  bool more = false;
  for (const auto& node : view.nodes()) {
    if (!question.node.empty() && node->node != question.node) continue;
    if (!question.filter.Passes(node->node)) continue;
    if (question.state && StateOf(*node, ages, time.now) != *question.state) continue;
    ++total;
    if (!question.after.empty() && node->node <= question.after) continue;
    if (static_cast<size_t>(page.nodes_size()) == question.limit) {
      more = true;
      continue;
    }
    AddNode(*node, ages, time, history, *page.add_nodes());
  }
  page.set_total(total);
  if (more) page.set_next(page.nodes(page.nodes_size() - 1).node());
  return page;
}

}  // namespace gpuscaler::web
