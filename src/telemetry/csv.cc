#include "telemetry/csv.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "catalog/metrics.h"
#include "telemetry.pb.h"
#include "telemetry/codec.h"
#include "telemetry/csv_fields.h"

namespace gpuscaler::telemetry {
namespace {

enum Column : size_t { kTime, kNode, kIndex, kUuid, kName, kFixedColumns };
constexpr std::array<std::string_view, kFixedColumns> kFixedNames = {"time", "node", "index",
                                                                     "uuid", "name"};

std::span<const catalog::MetricRow> GpuMetrics() {
  return catalog::Metrics().first(catalog::kGpuMetricCount);
}

absl::Status Wrong(size_t line, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat(line, ": ", what));
}

// For each column after the fixed ones its metric; nullptr: not known.
absl::StatusOr<std::vector<const catalog::MetricRow*>> ReadHeader(const CsvRecord& header) {
  std::vector<const catalog::MetricRow*> metrics;
  for (size_t i = 0; i < std::max(header.fields.size(), kFixedNames.size()); ++i) {
    const std::string_view name =
        i < header.fields.size() ? std::string_view(header.fields[i]) : std::string_view();
    if (i < kFixedColumns) {
      if (name == kFixedNames[i]) continue;
      return Wrong(header.line, base::StrCat("column ", i + 1, " is \"", name, "\"; it must be \"",
                                             kFixedNames[i], "\": a trace begins with the header ",
                                             "time,node,index,uuid,name,<metrics>"));
    }
    const catalog::MetricRow* row = catalog::FindMetric(name);
    if (row != nullptr && row->origin != catalog::Origin::kGpu) row = nullptr;
    if (row != nullptr && std::find(metrics.begin(), metrics.end(), row) != metrics.end()) {
      return Wrong(header.line, base::StrCat("column \"", name, "\" is there twice"));
    }
    metrics.push_back(row);
  }
  return metrics;
}

absl::StatusOr<v1::Gpu> ReadGpu(const CsvRecord& record,
                                std::span<const catalog::MetricRow* const> metrics) {
  v1::Gpu gpu;
  uint32_t index = 0;
  if (!absl::SimpleAtoi(record.fields[kIndex], &index)) {
    return Wrong(record.line, base::StrCat("index \"", record.fields[kIndex],
                                           "\"; allowed is a whole number from 0"));
  }
  gpu.set_index(index);
  gpu.set_uuid(record.fields[kUuid]);
  gpu.set_name(record.fields[kName]);
  for (size_t i = 0; i < metrics.size(); ++i) {
    const std::string& field = record.fields[kFixedColumns + i];
    if (metrics[i] == nullptr || field.empty()) continue;
    double value = 0;
    if (!absl::SimpleAtod(field, &value)) {
      return Wrong(record.line, base::StrCat(metrics[i]->name, " \"", field,
                                             "\"; allowed is a number, or nothing"));
    }
    const auto reading = ReadingOf(*metrics[i], value);
    if (!reading.ok()) return Wrong(record.line, base::Message(reading.status()));
    (*gpu.mutable_readings())[std::string(metrics[i]->name)] = *reading;
  }
  if (gpu.readings().empty()) gpu.set_error("no readings were recorded");
  return gpu;
}

// One snapshot in the making: rows of equal time.
struct Group {
  size_t line = 0;
  std::string time;
  v1::NodeSnapshot message;
};

absl::Status Finish(const Group& group, base::SteadyTime sampled_at,
                    std::vector<CsvSnapshot>* snapshots) {
  if (group.line == 0) return absl::OkStatus();
  auto snapshot = FromProto(group.message, sampled_at);
  if (!snapshot.ok()) return Wrong(group.line, base::Message(snapshot.status()));
  snapshots->push_back({group.line, *std::move(snapshot)});
  return absl::OkStatus();
}

absl::StatusOr<Group> BeginGroup(const CsvRecord& record) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, record.fields[kTime], &time, nullptr) ||
      time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return Wrong(record.line, base::StrCat("time \"", record.fields[kTime],
                                           "\"; allowed is a time like 2026-01-31T12:00:00.5Z"));
  }
  Group group{record.line, record.fields[kTime], {}};
  group.message.set_node(record.fields[kNode]);
  const int64_t seconds = absl::ToUnixSeconds(time);
  group.message.mutable_taken_at()->set_seconds(seconds);
  group.message.mutable_taken_at()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return group;
}

}  // namespace

std::string CsvHeader() {
  std::string line;
  for (const std::string_view name : kFixedNames) {
    base::StrAppend(&line, line.empty() ? "" : ",", name);
  }
  for (const catalog::MetricRow& row : GpuMetrics()) base::StrAppend(&line, ",", row.name);
  return line + "\n";
}

std::string CsvRows(const Snapshot& snapshot) {
  const std::string time = absl::FormatTime(
      absl::RFC3339_full, absl::FromChrono(snapshot.taken_at_wall), absl::UTCTimeZone());
  // absl writes UTC as +00:00.
  const std::string stamp = time.substr(0, time.find('+')) + "Z";
  const bool fresh = NodeStatus(snapshot).ok();
  std::string rows;
  for (const GpuSnapshot& gpu : snapshot.gpus) {
    base::StrAppend(&rows, stamp, ",", CsvField(snapshot.node), ",", gpu.identity->index, ",",
                    CsvField(gpu.identity->uuid), ",", CsvField(gpu.identity->name));
    for (const catalog::MetricRow& row : GpuMetrics()) {
      const auto value = gpu.readings.Newest(row.id);
      rows += ',';
      if (fresh && value.has_value()) rows += base::NumberText(*value);
    }
    rows += '\n';
  }
  return rows;
}

absl::StatusOr<std::vector<CsvSnapshot>> ParseCsv(std::string_view text,
                                                  base::SteadyTime sampled_at) {
  const auto records = ParseCsvRecords(text);
  if (!records.ok()) return records.status();
  const auto metrics = ReadHeader(records->empty() ? CsvRecord{1, {}} : records->front());
  if (!metrics.ok()) return metrics.status();

  std::vector<CsvSnapshot> snapshots;
  Group group;
  for (const CsvRecord& record : std::span(*records).subspan(1)) {
    if (record.fields.size() != kFixedColumns + metrics->size()) {
      return Wrong(record.line, base::StrCat(record.fields.size(), " fields; the header has ",
                                             kFixedColumns + metrics->size()));
    }
    if (record.fields[kTime] != group.time || record.fields[kNode] != group.message.node()) {
      if (const auto done = Finish(group, sampled_at, &snapshots); !done.ok()) return done;
      auto begun = BeginGroup(record);
      if (!begun.ok()) return begun.status();
      group = *std::move(begun);
    }
    auto gpu = ReadGpu(record, *metrics);
    if (!gpu.ok()) return gpu.status();
    *group.message.add_gpus() = *std::move(gpu);
  }
  if (const auto done = Finish(group, sampled_at, &snapshots); !done.ok()) return done;
  return snapshots;
}

}  // namespace gpuscaler::telemetry
