#include "cli/snapshot_table.h"

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "catalog/metrics.h"
#include "cli/holders.h"

namespace gpuscaler::cli {
namespace {

std::string Cell(const telemetry::Reading& reading) {
  switch (reading.state) {
    case telemetry::ReadingState::kValue:
      return absl::StrFormat("%.1f", reading.value);
    case telemetry::ReadingState::kUnsupported:
      return "-";
    case telemetry::ReadingState::kFailed:
    case telemetry::ReadingState::kNever:
      return "?";
  }
  return "?";
}

}  // namespace

std::string SnapshotTable(const telemetry::Snapshot& snapshot) {
  std::string out = absl::StrFormat("%-4s%-26s%-42s", "GPU", "NAME", "UUID");
  const auto gpu_metrics = catalog::Metrics().first(catalog::kGpuMetricCount);
  for (const catalog::MetricRow& row : gpu_metrics) {
    absl::StrAppendFormat(&out, "  %s", row.name);
    if (!row.unit.empty()) absl::StrAppendFormat(&out, "(%s)", row.unit);
  }
  if (snapshot.ownership != nullptr) out += "  PODS";
  out += '\n';
  for (const telemetry::GpuSnapshot& gpu : snapshot.gpus) {
    absl::StrAppendFormat(&out, "%-4d%-26s%-42s", gpu.identity->index, gpu.identity->name,
                          gpu.identity->uuid);
    if (!gpu.status.ok()) {
      absl::StrAppendFormat(&out, "  %s\n", base::Message(gpu.status));
      continue;
    }
    for (const catalog::MetricRow& row : gpu_metrics) {
      // As wide as the column's head: "name(unit)".
      const auto width = static_cast<int>(row.name.size() + row.unit.size() + 2);
      absl::StrAppendFormat(&out, "  %*s", width, Cell(gpu.readings[row.id]));
    }
    if (snapshot.ownership != nullptr) {
      base::StrAppend(&out, "  ", HoldersOf(snapshot, gpu));
    }
    out += '\n';
  }
  for (const std::string& why : WhyNotRead(snapshot)) base::StrAppend(&out, "? ", why, "\n");
  return out;
}

std::vector<std::string> WhyNotRead(const telemetry::Snapshot& snapshot) {
  std::vector<std::string> reasons;
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    const std::string lane =
        base::StrCat(catalog::LaneName(static_cast<catalog::Lane>(i)), " lane: ");
    if (!snapshot.lanes[i].status.ok()) {
      reasons.push_back(lane + std::string(base::Message(snapshot.lanes[i].status)));
    }
    for (const telemetry::GpuSnapshot& gpu : snapshot.gpus) {
      const absl::Status& failure = gpu.reading_failures[i];
      if (!gpu.status.ok() || failure.ok()) continue;
      reasons.push_back(
          base::StrCat("GPU ", gpu.identity->index, ", ", lane, base::Message(failure)));
    }
  }
  return reasons;
}

}  // namespace gpuscaler::cli
