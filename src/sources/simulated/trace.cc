#include "sources/simulated/trace.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "telemetry/codec.h"
#include "telemetry/csv.h"

namespace gpuscaler::sources {
namespace {

constexpr base::Duration kOnlyRecord = std::chrono::seconds(1);

bool Same(const telemetry::GpuIdentity& a, const telemetry::GpuIdentity& b) {
  return a.index == b.index && a.uuid == b.uuid && a.name == b.name && a.pci_bus_id == b.pci_bus_id;
}

// One identity for all records of a GPU, not one a record.
void ShareIdentities(const std::vector<telemetry::GpuSnapshot>& earlier,
                     std::vector<telemetry::GpuSnapshot>* gpus) {
  for (size_t i = 0; i < std::min(earlier.size(), gpus->size()); ++i) {
    auto& identity = (*gpus)[i].identity;
    if (Same(*identity, *earlier[i].identity)) identity = earlier[i].identity;
  }
}

GpuSample Sample(const telemetry::GpuSnapshot& gpu, catalog::Lane lane, base::SteadyTime now) {
  GpuSample sample;
  sample.identity = gpu.identity;
  sample.status = gpu.status;
  if (!gpu.status.ok()) return sample;
  sample.reading_failure = gpu.reading_failures[static_cast<size_t>(lane)];
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (row.lane != lane) continue;
    telemetry::Reading& reading = sample.readings[row.id];
    reading = gpu.readings[row.id];
    if (reading.state == telemetry::ReadingState::kValue) reading.sampled_at = now;
  }
  return sample;
}

absl::Status AtLine(size_t line, const absl::Status& status) {
  return absl::InvalidArgumentError(base::StrCat(line, ": ", base::Message(status)));
}

absl::Status NoRecords() {
  return absl::InvalidArgumentError(
      "1: the trace holds no records; record one with `keda-gpu-scaler snapshot "
      "--format csv --interval 1s` (.csv) or `--format json` (.jsonl)");
}

}  // namespace

absl::Status Trace::Add(const telemetry::Snapshot& snapshot) {
  if (records_.empty()) {
    node_ = snapshot.node;
    begin_ = snapshot.taken_at_wall;
  }
  if (snapshot.node != node_) {
    return absl::InvalidArgumentError(base::StrCat("node \"", snapshot.node, "\" in a trace of \"",
                                                   node_, "\"; allowed is one node a trace"));
  }
  Record record{snapshot.taken_at_wall - begin_, telemetry::NodeStatus(snapshot), snapshot.gpus,
                snapshot.ownership};
  if (!records_.empty()) {
    if (record.at < records_.back().at) {
      return absl::InvalidArgumentError(
          base::StrCat("the record is ", base::FormatDuration(records_.back().at - record.at),
                       " older than the one before it; allowed are ascending times"));
    }
    ShareIdentities(records_.back().gpus, &record.gpus);
  }
  records_.push_back(std::move(record));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<GpuSample>> Trace::At(catalog::Lane lane, base::Duration t,
                                                 base::SteadyTime now) const {
  const Record& record = RecordAt(t);
  if (!record.status.ok()) return record.status;
  std::vector<GpuSample> samples;
  samples.reserve(record.gpus.size());
  for (const auto& gpu : record.gpus) samples.push_back(Sample(gpu, lane, now));
  return samples;
}

std::shared_ptr<const telemetry::Ownership> Trace::HoldersAt(base::Duration t) const {
  return RecordAt(t).holders;
}

const Trace::Record& Trace::RecordAt(base::Duration t) const {
  t = std::max(t, base::Duration::zero()) % Length();
  const auto next = std::upper_bound(records_.begin(), records_.end(), t,
                                     [](base::Duration at, const Record& r) { return at < r.at; });
  return *std::prev(next);
}

base::Duration Trace::Length() const {
  const base::Duration last = records_.back().at;
  if (last == base::Duration::zero()) return kOnlyRecord;
  // Records of equal time would make a last one that is never played.
  for (size_t i = records_.size() - 1; i > 0; --i) {
    if (records_[i - 1].at < last) return last + (last - records_[i - 1].at);
  }
  return last + kOnlyRecord;
}

absl::StatusOr<Trace> ParseCsvTrace(std::string_view text) {
  const auto records = telemetry::ParseCsv(text, base::SteadyTime());
  if (!records.ok()) return records.status();
  Trace trace;
  for (const telemetry::CsvSnapshot& record : *records) {
    if (const auto added = trace.Add(record.snapshot); !added.ok()) {
      return AtLine(record.line, added);
    }
  }
  if (trace.empty()) return NoRecords();
  return trace;
}

absl::StatusOr<Trace> ParseJsonlTrace(std::string_view text) {
  const std::string_view all = text;
  Trace trace;
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view record = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (record.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto snapshot = telemetry::ParseJsonLine(record, base::SteadyTime());
    if (!snapshot.ok()) {
      // One snapshot on many lines, as `snapshot --format json` prints it by itself.
      const auto whole =
          trace.empty() ? telemetry::ParseJsonLine(all, base::SteadyTime()) : snapshot.status();
      if (!whole.ok()) return AtLine(line, snapshot.status());
      if (const auto added = trace.Add(*whole); !added.ok()) return AtLine(line, added);
      return trace;
    }
    if (const auto added = trace.Add(*snapshot); !added.ok()) return AtLine(line, added);
  }
  if (trace.empty()) return NoRecords();
  return trace;
}

}  // namespace gpuscaler::sources
