#include "fleet/urgent_news.h"

#include <algorithm>

#include "fleet/report_writer.h"

namespace gpuscaler::fleet {
namespace {

bool Differs(const telemetry::GpuSnapshot& a, const telemetry::GpuSnapshot& b) {
  if (a.status != b.status) return true;
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    const telemetry::Reading& one = a.readings[row.id];
    const telemetry::Reading& other = b.readings[row.id];
    if (one.state != other.state || one.value != other.value) return true;
  }
  return false;
}

}  // namespace

void UrgentNews::Want(const telemetry::v1::ReportControl& control) {
  all_hot_ = control.all_hot();
  hot_.assign(control.hot_gpu_uuids().begin(), control.hot_gpu_uuids().end());
}

bool UrgentNews::In(const telemetry::Snapshot& next, const telemetry::Snapshot& last) const {
  if (&last == &next) return false;
  if (HoldersDiffer(last, next)) return true;
  if (all_hot_) {
    return !std::equal(last.gpus.begin(), last.gpus.end(), next.gpus.begin(), next.gpus.end(),
                       [](const auto& a, const auto& b) { return !Differs(a, b); });
  }
  return std::any_of(hot_.begin(), hot_.end(), [&last, &next](const std::string& uuid) {
    const telemetry::GpuSnapshot* before = telemetry::FindGpu(last, uuid);
    const telemetry::GpuSnapshot* after = telemetry::FindGpu(next, uuid);
    return before != nullptr && after != nullptr && Differs(*before, *after);
  });
}

}  // namespace gpuscaler::fleet
