// A recorded trace: snapshots played back as they came, again and again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "sources/simulated/script.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::sources {

class Trace final : public Script {
 public:
  // Adds the next record. Its time since the first one is when it is played;
  // until the next, it holds. INVALID_ARGUMENT when it is older than the one
  // before, or another node's.
  absl::Status Add(const telemetry::Snapshot& snapshot);
  bool empty() const { return records_.empty(); }

  // After the last record as much time passes as before it, then the first one
  // follows. Not to be called on an empty trace.
  absl::StatusOr<std::vector<GpuSample>> At(catalog::Lane lane, base::Duration t,
                                            base::SteadyTime now) const override;
  // Not on an empty trace either.
  std::optional<base::Duration> length() const override { return Length(); }
  std::shared_ptr<const telemetry::Ownership> HoldersAt(base::Duration t) const override;

 private:
  struct Record {
    base::Duration at;    // after the first one
    absl::Status status;  // not OK: the hardware could not be read
    std::vector<telemetry::GpuSnapshot> gpus;
    std::shared_ptr<const telemetry::Ownership> holders;
  };

  base::Duration Length() const;
  const Record& RecordAt(base::Duration t) const;

  std::string node_;
  base::WallTime begin_ = {};
  std::vector<Record> records_;  // ascending `at`
};

// Reads what `snapshot --interval` prints. INVALID_ARGUMENT as "LINE: what was
// wrong; what is allowed".
absl::StatusOr<Trace> ParseCsvTrace(std::string_view text);
absl::StatusOr<Trace> ParseJsonlTrace(std::string_view text);

}  // namespace gpuscaler::sources
