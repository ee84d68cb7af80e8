#include "cli/snapshot_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "base/strings.h"
#include "cli/holders.h"
#include "cli/host_name.h"
#include "cli/patient_reads.h"
#include "cli/refuse.h"
#include "cli/snapshot_table.h"
#include "telemetry/codec.h"
#include "telemetry/csv.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kLeastInterval = std::chrono::milliseconds(10);
// A rate needs two readings of a counter: the first snapshot takes them this
// far apart.
constexpr base::Duration kRatePause = std::chrono::milliseconds(250);

struct FormatRow {
  std::string_view name;
  std::function<std::string(const telemetry::Snapshot&, bool first, bool repeated)> print;
};

const FormatRow kFormats[] = {
    {"table", [](const auto& snapshot, bool, bool) { return SnapshotTable(snapshot); }},
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
  app.get_option("--source")
      ->description(
          "Where readings come from. auto: the hardware, which must be there; nvml: NVIDIA's "
          "library; simulated: a scenario or a recorded trace");
}

namespace {

// The exit code.
int Print(const SnapshotOptions& options, PatientReads& reads) {
  telemetry::Snapshot snapshot;
  snapshot.node = HostName();
  reads.Read({catalog::Lane::kFull}, snapshot);
  std::this_thread::sleep_for(kRatePause);
  reads.ReadAll(snapshot);
  const absl::Status& fast = snapshot.lane(catalog::Lane::kFast).status;
  if (!fast.ok() && (reads.hang().ok() || snapshot.gpus.empty())) {
    Refuse(base::Message(reads.hang().ok() ? fast : reads.hang()));
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
    // What there is, is printed; a trace would go on without what hangs.
    if (const absl::Status hang = reads.hang(); !hang.ok()) {
      Refuse(base::Message(hang));
      return 1;
    }
    if (printed == 0 && options.format == "csv") {
      // Its fields are empty, whatever the reason.
      for (const std::string& why : WhyNotRead(snapshot)) Refuse(why);
    }
    if (!repeated || printed + 1 == options.count) return 0;
    next += options.interval.value;
    std::this_thread::sleep_until(next);
    reads.ReadAll(snapshot);
  }
}

}  // namespace

int RunSnapshot(const SnapshotOptions& options) {
  if (options.interval.value != base::Duration::zero() && options.interval.value < kLeastInterval) {
    return Refuse(base::StrCat("--interval is ", base::FormatDuration(options.interval.value),
                               "; it must be 0s or at least ",
                               base::FormatDuration(kLeastInterval)));
  }
  auto source = MakeSource(options.source);
  if (!source.ok()) return Refuse(base::Message(source.status()));
  PatientReads reads(*std::move(source));
  const int code = Print(options, reads);
  if (!reads.hang().ok()) std::_Exit(code);
  return code;
}

}  // namespace gpuscaler::cli
