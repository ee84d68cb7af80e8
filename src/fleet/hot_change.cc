#include "fleet/hot_change.h"

#include <algorithm>

namespace gpuscaler::fleet {
namespace {

using telemetry::GpuSnapshot;

bool Differs(const GpuSnapshot& a, const GpuSnapshot& b, std::optional<catalog::Lane> lane) {
  if (a.status != b.status) return true;
  const auto metrics = catalog::Metrics().first(catalog::kGpuMetricCount);
  return std::any_of(metrics.begin(), metrics.end(), [&](const catalog::MetricRow& row) {
    if (lane && row.lane != *lane) return false;
    const telemetry::Reading& one = a.readings[row.id];
    const telemetry::Reading& other = b.readings[row.id];
    return one.state != other.state || one.value != other.value;
  });
}

}  // namespace

bool HotDiffers(const HotGpus::OfNode& hot, const telemetry::Snapshot& before,
                const telemetry::Snapshot& after, std::optional<catalog::Lane> lane) {
  if (hot.all) {
    return !std::equal(
        before.gpus.begin(), before.gpus.end(), after.gpus.begin(), after.gpus.end(),
        [lane](const GpuSnapshot& a, const GpuSnapshot& b) { return !Differs(a, b, lane); });
  }
  return std::any_of(hot.uuids.begin(), hot.uuids.end(), [&](const std::string& uuid) {
    const GpuSnapshot* one = telemetry::FindGpu(before, uuid);
    const GpuSnapshot* other = telemetry::FindGpu(after, uuid);
    return one != nullptr && other != nullptr && Differs(*one, *other, lane);
  });
}

}  // namespace gpuscaler::fleet
