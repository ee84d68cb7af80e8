#include "cli/snapshot_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <thread>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "cli/holders.h"
#include "cli/refuse.h"
#include "sources/sampler.h"
#include "telemetry/codec.h"
#include "telemetry/csv.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kLeastInterval = std::chrono::milliseconds(10);
// A rate needs two readings of a counter: the first snapshot takes them this
// far apart.
constexpr base::Duration kRatePause = std::chrono::milliseconds(250);

void ReadLane(sources::Source& source, catalog::Lane lane, telemetry::Snapshot& snapshot) {
  const auto read = source.Read(lane);
  snapshot = sources::Fold(snapshot, lane, read, base::Now(), std::chrono::system_clock::now());
}

void ReadAll(sources::Source& source, telemetry::Snapshot& snapshot) {
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    ReadLane(source, static_cast<catalog::Lane>(i), snapshot);
  }
}

std::string Table(const telemetry::Snapshot& snapshot) {
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
      const bool failed = !snapshot.lane(row.lane).status.ok();
      const auto value = failed ? std::nullopt : gpu.readings.Newest(row.id);
      out +=
          value ? absl::StrFormat("  %*.1f", width, *value) : absl::StrFormat("  %*s", width, "-");
    }
    if (snapshot.ownership != nullptr) {
      base::StrAppend(&out, "  ", HoldersOf(snapshot, gpu));
    }
    out += '\n';
  }
  return out;
}

struct FormatRow {
  std::string_view name;
  std::function<std::string(const telemetry::Snapshot&, bool first, bool repeated)> print;
};

const FormatRow kFormats[] = {
    {"table", [](const auto& snapshot, bool, bool) { return Table(snapshot); }},
    {"json", [](const auto& snapshot, bool,
                bool repeated) { return telemetry::ToJson(snapshot, !repeated) + "\n"; }},
    {"csv",
     [](const auto& snapshot, bool first, bool) {
       return (first ? telemetry::CsvHeader() : "") + telemetry::CsvRows(snapshot);
     }},
};

const FormatRow& Format(const std::string& name) {
  for (const FormatRow& row : kFormats) {
    if (row.name == name) return row;
  }
  return kFormats[0];
}

std::string HostName() {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  return host;
}

}  // namespace

void AddSnapshotFlags(CLI::App& app, SnapshotOptions& options) {
  app.add_option("--format", options.format, "table, json (JSON Lines with --interval) or csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  CLI::Option* interval =
      app.add_option("--interval", options.interval,
                     "Print again and again with this pause, a trace for --scenario; 0s: once")
          ->capture_default_str();
  app.add_option("--count", options.count, "With --interval: how often; 0: until interrupted")
      ->check(CLI::Range(0, 1000000000))
      ->needs(interval)
      ->capture_default_str();
  app.add_option("--pod-resources-socket", options.pod_resources_socket,
                 "The kubelet's PodResources socket: where it is, the pods that hold the GPUs are "
                 "shown (not in csv)")
      ->capture_default_str();
  AddSourceFlags(app, options.source);
}

int RunSnapshot(const SnapshotOptions& options) {
  if (options.interval.value != base::Duration::zero() && options.interval.value < kLeastInterval) {
    return Refuse(base::StrCat("--interval is ", base::FormatDuration(options.interval.value),
                               "; it must be 0s or at least ",
                               base::FormatDuration(kLeastInterval)));
  }
  const auto source = MakeSource(options.source);
  if (!source.ok()) return Refuse(base::Message(source.status()));
  telemetry::Snapshot snapshot;
  snapshot.node = HostName();
  ReadLane(**source, catalog::Lane::kFull, snapshot);
  std::this_thread::sleep_for(kRatePause);
  ReadAll(**source, snapshot);
  if (const absl::Status& fast = snapshot.lane(catalog::Lane::kFast).status; !fast.ok()) {
    Refuse(base::Message(fast));
    return 1;
  }

  Holders holders(options.pod_resources_socket);
  const FormatRow& format = Format(options.format);
  const bool repeated = options.interval.value > base::Duration::zero();
  base::SteadyTime next = base::Now();
  for (uint64_t printed = 0;; ++printed) {
    if (const absl::Status asked = holders.Ask(snapshot); !asked.ok()) {
      Refuse(base::Message(asked));  // the readings are right all the same
    }
    std::fputs(format.print(snapshot, printed == 0, repeated).c_str(), stdout);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      Refuse("cannot write to standard output");
      return 1;
    }
    if (!repeated || printed + 1 == options.count) return 0;
    next += options.interval.value;
    std::this_thread::sleep_until(next);
    ReadAll(**source, snapshot);
  }
}

}  // namespace gpuscaler::cli
