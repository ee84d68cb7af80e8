#include "fleet/report_writer.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "base/utf8.h"
#include "catalog/metrics.h"
#include "telemetry/ownership_codec.h"

namespace gpuscaler::fleet {
namespace {

namespace v1 = telemetry::v1;
using telemetry::Snapshot;

uint32_t AgeMs(base::SteadyTime now, base::SteadyTime then) {
  const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - then).count();
  return static_cast<uint32_t>(std::clamp<int64_t>(ms, 0, std::numeric_limits<uint32_t>::max()));
}

void WriteHello(const Snapshot& snapshot, v1::NodeHello& hello) {
  hello.set_node(base::ToUtf8(snapshot.node));
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    hello.add_metrics(row.name.data(), row.name.size());
  }
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    hello.add_lanes(std::string(catalog::LaneName(static_cast<catalog::Lane>(i))));
  }
}

void WriteFacts(const telemetry::GpuIdentity& identity, v1::GpuFacts& facts) {
  facts.set_index(identity.index);
  facts.set_uuid(base::ToUtf8(identity.uuid));
  facts.set_name(base::ToUtf8(identity.name));
  facts.set_pci_bus_id(base::ToUtf8(identity.pci_bus_id));
  if (identity.minor) facts.set_minor(*identity.minor);
}

v1::ReadingState StateOf(telemetry::ReadingState state) {
  switch (state) {
    case telemetry::ReadingState::kNever:
      return v1::READING_STATE_NEVER;
    case telemetry::ReadingState::kUnsupported:
      return v1::READING_STATE_UNSUPPORTED;
    case telemetry::ReadingState::kFailed:
      return v1::READING_STATE_FAILED;
    case telemetry::ReadingState::kValue:
      return v1::READING_STATE_VALUE;
  }
  return v1::READING_STATE_NEVER;
}

void WriteReadings(const telemetry::GpuSnapshot& gpu, base::SteadyTime now, v1::GpuReadings& out) {
  if (!gpu.status.ok()) {
    out.set_error(base::ToUtf8(base::Message(gpu.status)));
    return;
  }
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    const telemetry::Reading& reading = gpu.readings[row.id];
    out.add_states(StateOf(reading.state));
    if (reading.state != telemetry::ReadingState::kValue) continue;
    out.add_values(reading.value);
    out.add_ages_ms(AgeMs(now, reading.sampled_at));
  }
  const bool any = std::any_of(gpu.reading_failures.begin(), gpu.reading_failures.end(),
                               [](const absl::Status& failure) { return !failure.ok(); });
  if (!any) return;
  for (const absl::Status& failure : gpu.reading_failures) {
    out.add_lane_errors(base::ToUtf8(base::Message(failure)));
  }
}

}  // namespace

bool HoldersDiffer(const Snapshot& last, const Snapshot& next) {
  if (next.ownership == nullptr) return false;
  if (last.ownership == nullptr || last.pods_worked != next.pods_worked) return true;
  return last.ownership != next.ownership && (last.ownership->status != next.ownership->status ||
                                              last.ownership->pods != next.ownership->pods);
}

v1::NodeReport ReportWriter::Next(std::shared_ptr<const Snapshot> snapshot, base::SteadyTime now) {
  v1::NodeReport report;
  if (last_ == nullptr) {
    v1::NodeHello& hello = *report.mutable_hello();
    hello.set_version(version_);
    hello.set_instance(instance_);
    WriteHello(*snapshot, hello);
  }
  if (last_ == nullptr || !telemetry::SameGpus(*last_, *snapshot)) {
    for (const telemetry::GpuSnapshot& gpu : snapshot->gpus) {
      WriteFacts(*gpu.identity, *report.mutable_gpus()->add_gpus());
    }
    report.mutable_gpus();  // an empty list says that there is none
  }
  if (snapshot->ownership != nullptr) {
    if (last_ == nullptr || HoldersDiffer(*last_, *snapshot)) {
      *report.mutable_pod_listing() = telemetry::ToProto(*snapshot, *snapshot->ownership, now);
    }
    if (snapshot->ownership->listed_at != base::SteadyTime()) {
      report.set_listing_age_ms(AgeMs(now, snapshot->ownership->listed_at));
    }
  }
  report.set_sequence(snapshot->sequence);
  report.set_sent_ms(static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()));
  for (const telemetry::LaneState& lane : snapshot->lanes) {
    v1::LaneReport& out = *report.add_lanes();
    if (lane.sampled_at != base::SteadyTime()) out.set_age_ms(AgeMs(now, lane.sampled_at));
    out.set_error(base::ToUtf8(base::Message(lane.status)));
  }
  for (const telemetry::GpuSnapshot& gpu : snapshot->gpus) {
    WriteReadings(gpu, now, *report.add_readings());
  }
  last_ = std::move(snapshot);
  return report;
}

}  // namespace gpuscaler::fleet
