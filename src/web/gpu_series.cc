#include "web/gpu_series.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "catalog/metrics.h"
#include "web/families.h"

namespace gpuscaler::web {
namespace {

using catalog::Lane;
using catalog::MetricRow;
using telemetry::GpuSnapshot;
using telemetry::Snapshot;

struct LabelledGpu {
  const GpuSnapshot* gpu;
  bool up;
  Labels labels;
};

struct LabelledNode {
  const Snapshot* snapshot;
  Labels labels;  // none while there is one node
};

class GpuSeries {
 public:
  GpuSeries(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now,
            Exposition& page)
      : stale_after_(stale_after), now_(now), page_(page) {
    const auto& nodes = view.nodes();
    for (const auto& snapshot : nodes) {
      LabelledNode node{snapshot.get(), {}};
      if (nodes.size() > 1) node.labels.Add("node", snapshot->node);
      for (const GpuSnapshot& gpu : snapshot->gpus) {
        Labels labels = node.labels;
        labels.Add("gpu_index", uint64_t{gpu.identity->index})
            .Add("gpu_uuid", gpu.identity->uuid)
            .Add("gpu_name", gpu.identity->name);
        gpus_.push_back({&gpu, IsRead(*snapshot) && gpu.status.ok(), std::move(labels)});
      }
      nodes_.push_back(std::move(node));
    }
  }

  void WriteReadings();
  void WriteState();

 private:
  bool IsFresh(base::SteadyTime sampled_at) const {
    return sampled_at != base::SteadyTime() && now_ - sampled_at <= stale_after_;
  }
  bool IsRead(const Snapshot& snapshot) const {
    const telemetry::LaneState& fast = snapshot.lane(Lane::kFast);
    return fast.status.ok() && IsFresh(fast.sampled_at);
  }

  void WriteFamily(std::span<const MetricRow*> rows);

  const base::Duration stale_after_;
  const base::SteadyTime now_;
  Exposition& page_;
  std::vector<LabelledNode> nodes_;
  std::vector<LabelledGpu> gpus_;
};

void GpuSeries::WriteReadings() {
  const auto metrics = catalog::Metrics().first(catalog::kGpuMetricCount);
  std::vector<std::string_view> written;
  for (const MetricRow& row : metrics) {
    const bool done = std::find(written.begin(), written.end(), row.series.name) != written.end();
    if (row.series.name.empty() || done) continue;
    written.push_back(row.series.name);
    std::vector<const MetricRow*> family;
    for (const MetricRow& other : metrics) {
      if (other.series.name == row.series.name) family.push_back(&other);
    }
    WriteFamily(family);
  }
}

// Rows that differ in direction share a family.
void GpuSeries::WriteFamily(std::span<const MetricRow*> rows) {
  std::string help;
  for (const MetricRow* row : rows) {
    const std::string_view direction = row->series.direction;
    base::StrAppend(&help, help.empty() ? "" : " ", direction, direction.empty() ? "" : ": ",
                    row->help);
  }
  page_.Family(base::StrCat(kSeriesPrefix, rows.front()->series.name), MetricType::kGauge, help);
  for (const LabelledGpu& labelled : gpus_) {
    if (!labelled.gpu->status.ok()) continue;
    for (const MetricRow* row : rows) {
      const telemetry::Reading& reading = labelled.gpu->readings[row->id];
      if (reading.state != telemetry::ReadingState::kValue || !IsFresh(reading.sampled_at)) {
        continue;
      }
      Labels labels = labelled.labels;
      if (!row->series.direction.empty()) labels.Add("direction", row->series.direction);
      page_.Sample(labels, row->series.scale * reading.value);
    }
  }
}

void GpuSeries::WriteState() {
  Begin(page_, Family::kGpuUp);
  for (const LabelledGpu& labelled : gpus_) {
    page_.Sample(labelled.labels, uint64_t{labelled.up ? 1U : 0U});
  }
  Begin(page_, Family::kGpuDeviceCount);
  for (const LabelledNode& node : nodes_) {
    if (!IsRead(*node.snapshot)) continue;
    const auto& gpus = node.snapshot->gpus;
    page_.Sample(node.labels, static_cast<uint64_t>(std::count_if(
                                  gpus.begin(), gpus.end(),
                                  [](const GpuSnapshot& gpu) { return gpu.status.ok(); })));
  }
  Begin(page_, Family::kSnapshotAge);
  for (const LabelledNode& node : nodes_) {
    const base::SteadyTime sampled_at = node.snapshot->lane(Lane::kFast).sampled_at;
    if (sampled_at == base::SteadyTime()) continue;
    page_.Sample(node.labels, base::ToSeconds(now_ - sampled_at));
  }
}

}  // namespace

void WriteGpuSeries(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now,
                    Exposition& page) {
  GpuSeries series(view, stale_after, now, page);
  series.WriteReadings();
  series.WriteState();
}

}  // namespace gpuscaler::web
