// What a gateway makes of a node's reports: snapshots in its own time.
//
// A node's clock does not tell the time: reports tell ages, and an age counts from the
// moment at which its report came in, less what it was late. INVALID_ARGUMENT for what cannot be
// true; a stream on which that came is over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "fleet/report_lag.h"
#include "fleet/report_texts.h"
#include "fleet/reported_holders.h"
#include "telemetry.pb.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

// OK: a stream can begin with it.
absl::Status CheckHello(const telemetry::v1::NodeHello& hello);

class ReportReader {
 public:
  // `hello` is one that CheckHello accepts. `previous`: the node's newest snapshot
  // from an earlier stream, for what it knows of the holders; nullptr: there is none.
  ReportReader(const telemetry::v1::NodeHello& hello,
               std::shared_ptr<const telemetry::Snapshot> previous);

  absl::StatusOr<telemetry::Snapshot> Read(const telemetry::v1::NodeReport& report,
                                           base::SteadyTime now);

 private:
  absl::Status ReadGpus(const telemetry::v1::GpuList& list);
  absl::StatusOr<telemetry::GpuSnapshot> ReadGpu(
      const telemetry::v1::GpuReadings& readings,
      std::shared_ptr<const telemetry::GpuIdentity> identity, ReportedFailures& failures,
      base::SteadyTime now) const;

  std::string node_;
  // What the stream's metrics and lanes are here; empty: unknown to this version.
  std::vector<std::optional<catalog::Metric>> metrics_;
  std::vector<std::optional<catalog::Lane>> lanes_;
  uint64_t sequence_ = 0;
  ReportLag lag_;
  ReportedHolders holders_;
  std::vector<std::shared_ptr<const telemetry::GpuIdentity>> gpus_;
  bool has_gpus_ = false;
};

}  // namespace gpuscaler::fleet
