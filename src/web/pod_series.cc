#include "web/pod_series.h"

#include <functional>

#include "base/strings.h"
#include "telemetry/ownership.h"
#include "telemetry/snapshot.h"
#include "web/gpu_series.h"

namespace gpuscaler::web {
namespace {

using telemetry::Ownership;

void EachOwnership(const telemetry::View& view,
                   const std::function<void(const std::string& node, const Ownership&)>& write) {
  for (const auto& node : view.nodes()) {
    if (node->ownership != nullptr) write(node->node, *node->ownership);
  }
}

void Family(Exposition& page, std::string_view name, std::string_view help) {
  page.Family(base::StrCat(kSeriesPrefix, name), MetricType::kGauge, help);
}

}  // namespace

void WritePodSeries(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now,
                    Exposition& page) {
  Family(page, "pod_listing_up", "1 while the kubelet says which pods hold the GPUs.");
  EachOwnership(view, [&page](const std::string& node, const Ownership& ownership) {
    page.Sample(Labels().Add("node", node), uint64_t{ownership.status.ok()});
  });
  Family(page, "pod_listing_age_seconds", "Since the kubelet last said which pods hold the GPUs.");
  EachOwnership(view, [&page, now](const std::string& node, const Ownership& ownership) {
    if (ownership.listed_at == base::SteadyTime()) return;
    page.Sample(Labels().Add("node", node), base::ToSeconds(now - ownership.listed_at));
  });
  Family(page, "gpu_holder_info", "Always 1: the pod holds the GPU.");
  EachOwnership(view, [&](const std::string&, const Ownership& ownership) {
    if (now - ownership.listed_at > stale_after) return;
    for (const telemetry::Pod& pod : ownership.pods) {
      for (const std::string& gpu : pod.gpus) {
        page.Sample(
            Labels().Add("gpu_uuid", gpu).Add("namespace", pod.pod_namespace).Add("pod", pod.name),
            uint64_t{1});
      }
    }
  });
}

}  // namespace gpuscaler::web
