// Where readings come from: the seam between hardware and everything else.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "telemetry/readings.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::sources {

// One GPU's part of a read: the readings of one lane.
struct GpuSample {
  std::shared_ptr<const telemetry::GpuIdentity> identity;
  absl::Status status;           // not OK: this GPU cannot be read at all; no readings then
  absl::Status reading_failure;  // the first reading of kFailed, and why
  telemetry::Readings readings;  // the lane's metrics; the others stay kNever
};

// Thread-safe for one Read per lane at a time: each lane has its own thread,
// and a call that hangs in one lane must not delay another.
class Source {
 public:
  virtual ~Source() = default;

  // Reads the metrics of `lane` of every GPU, lost ones included, ascending by
  // index. May block for as long as the hardware does. An error says that no
  // GPU could be read, why, and what to do about it; the next call tries again.
  virtual absl::StatusOr<std::vector<GpuSample>> Read(catalog::Lane lane) = 0;

  // "nvml", "simulated": for logs and build info.
  virtual std::string_view name() const = 0;

  // Not OK: the failure cannot be mended inside this process, which should
  // end so that it is restarted (a container that lost its device cgroup).
  virtual absl::Status fatal() const { return absl::OkStatus(); }
};

}  // namespace gpuscaler::sources
