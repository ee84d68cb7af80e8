#include "web/workload_totals.h"

#include <algorithm>

#include "catalog/workload_name.h"
#include "web/node_state.h"

namespace gpuscaler::web {
namespace {

using telemetry::Snapshot;

void AddGpus(const Snapshot& node, const telemetry::Pod& pod, base::Duration stale_after,
             base::SteadyTime now, WorkloadTotals& totals) {
  for (const std::string& uuid : pod.gpus) {
    ++totals.gpus;
    const telemetry::GpuSnapshot* gpu = FindGpu(node, uuid);
    if (gpu == nullptr) continue;
    const auto utilization = FreshValue(*gpu, catalog::Metric::kGpuUtilization, stale_after, now);
    const auto memory = FreshValue(*gpu, catalog::Metric::kMemoryUsedPercent, stale_after, now);
    if (utilization) totals.utilization.Add(*utilization);
    if (memory) totals.memory.Add(*memory);
    if (utilization || memory) ++totals.fresh_gpus;
  }
}

void AddPod(const Snapshot& node, const telemetry::Pod& pod, const catalog::WorkloadName& named,
            WorkloadTotals& totals) {
  // A leader is named as a StatefulSet's pod, a worker as nothing else is.
  if (totals.kind == nullptr || named.replica.size() < pod.name.size()) totals.kind = named.kind;
  ++totals.pods;
  if (!totals.replicas.contains(named.replica)) totals.replicas.emplace(named.replica);
  if (totals.last_node != node.node) {
    ++totals.nodes;
    totals.last_node = node.node;
  }
  if (!pod.appeared_at) return;
  if (!totals.first_pod_at || *pod.appeared_at < *totals.first_pod_at) {
    totals.first_pod_at = pod.appeared_at;
  }
  if (!totals.newest_pod_at || *pod.appeared_at > *totals.newest_pod_at) {
    totals.newest_pod_at = pod.appeared_at;
  }
}

}  // namespace

WorkloadsByName TotalWorkloads(const telemetry::View& view, std::string_view object_namespace,
                               base::Duration stale_after, base::SteadyTime now) {
  WorkloadsByName workloads;
  for (const auto& node : view.nodes()) {
    if (node->ownership == nullptr) continue;
    for (const telemetry::Pod& pod : node->ownership->pods) {
      if (!object_namespace.empty() && pod.pod_namespace != object_namespace) continue;
      const catalog::WorkloadName named = catalog::WorkloadOf(pod.name);
      WorkloadTotals& totals = workloads[{pod.pod_namespace, std::string(named.name)}];
      AddPod(*node, pod, named, totals);
      AddGpus(*node, pod, stale_after, now, totals);
    }
  }
  return workloads;
}

}  // namespace gpuscaler::web
