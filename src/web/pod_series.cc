#include "web/pod_series.h"

#include <functional>

#include "telemetry/ownership.h"
#include "telemetry/snapshot.h"
#include "web/families.h"

namespace gpuscaler::web {
namespace {

using telemetry::Ownership;

void EachOwnership(const telemetry::View& view,
                   const std::function<void(const Labels& node, const Ownership&)>& write) {
  for (const auto& node : view.nodes()) {
    if (node->ownership == nullptr) continue;
    Labels labels;
    if (view.nodes().size() > 1) labels.Add("node", node->node);
    write(labels, *node->ownership);
  }
}

}  // namespace

void WritePodSeries(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now,
                    Exposition& page) {
  Begin(page, Family::kPodListingUp);
  EachOwnership(view, [&page](const Labels& node, const Ownership& ownership) {
    page.Sample(node, uint64_t{ownership.status.ok()});
  });
  Begin(page, Family::kPodListingAge);
  EachOwnership(view, [&page, now](const Labels& node, const Ownership& ownership) {
    if (ownership.listed_at == base::SteadyTime()) return;
    page.Sample(node, base::ToSeconds(now - ownership.listed_at));
  });
  Begin(page, Family::kGpuHolder);
  EachOwnership(view, [&](const Labels& node, const Ownership& ownership) {
    if (now - ownership.listed_at > stale_after) return;
    for (const telemetry::Pod& pod : ownership.pods) {
      for (const std::string& gpu : pod.gpus) {
        Labels labels = node;
        labels.Add("gpu_uuid", gpu).Add("namespace", pod.pod_namespace).Add("pod", pod.name);
        page.Sample(labels, uint64_t{1});
      }
    }
  });
}

}  // namespace gpuscaler::web
