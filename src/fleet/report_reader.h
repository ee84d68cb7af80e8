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
#include "telemetry.pb.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

// OK: a stream can begin with it.
absl::Status CheckHello(const telemetry::v1::NodeHello& hello);

class ReportReader {
 public:
  // `hello` is one that CheckHello accepts. `previous`: the node's newest snapshot
  // from an earlier stream; nullptr: there is none. Until the node's kubelet has
  // answered on this stream, and where the new listing knows less than that one (a
  // node that has just started does not know how old its pods are), what
  // `previous` says of the pods holds. A node that has said nothing of a kubelet for a
  // minute asks none any more.
  ReportReader(const telemetry::v1::NodeHello& hello,
               std::shared_ptr<const telemetry::Snapshot> previous);

  absl::StatusOr<telemetry::Snapshot> Read(const telemetry::v1::NodeReport& report,
                                           base::SteadyTime now);

 private:
  base::Duration Late(uint64_t sent_ms, base::SteadyTime now);
  absl::Status ReadGpus(const telemetry::v1::GpuList& list);
  absl::Status ReadHolders(const telemetry::v1::NodeReport& report, base::SteadyTime now);
  absl::StatusOr<telemetry::GpuSnapshot> ReadGpu(
      const telemetry::v1::GpuReadings& readings,
      std::shared_ptr<const telemetry::GpuIdentity> identity, base::SteadyTime now) const;

  std::string node_;
  // What the stream's metrics and lanes are here; empty: unknown to this version.
  std::vector<std::optional<catalog::Metric>> metrics_;
  std::vector<std::optional<catalog::Lane>> lanes_;
  std::shared_ptr<const telemetry::Snapshot> previous_;  // until a listing has come
  std::optional<base::SteadyTime> first_at_;             // when the first report came
  uint64_t sequence_ = 0;
  // By how much our clock was ahead of the node's when the quickest report of this
  // window of time came, and of the one before.
  std::optional<base::Duration> quickest_;
  std::optional<base::Duration> quickest_before_;
  base::SteadyTime window_at_ = {};
  std::vector<std::shared_ptr<const telemetry::GpuIdentity>> gpus_;
  bool has_gpus_ = false;
  std::shared_ptr<const telemetry::Ownership> ownership_;
  std::vector<bool> pods_worked_;
};

}  // namespace gpuscaler::fleet
