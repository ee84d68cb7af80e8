// How a read becomes the next snapshot. Pure.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "sources/source.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::sources {

// The snapshot after `read` of `lane`, which ended at `now`: `previous` with the
// lane's readings replaced.
//
// A read that failed as a whole keeps all readings, which then age. A GPU that
// cannot be read loses its readings at once. A single reading that failed
// keeps its earlier value, which ages, or is kFailed where there was none.
telemetry::Snapshot Fold(const telemetry::Snapshot& previous, catalog::Lane lane,
                         const absl::StatusOr<std::vector<GpuSample>>& read, base::SteadyTime now,
                         base::WallTime wall_now);

// The snapshot at `now` with another ownership.
telemetry::Snapshot FoldOwnership(const telemetry::Snapshot& previous,
                                  std::shared_ptr<const telemetry::Ownership> ownership,
                                  base::SteadyTime now, base::WallTime wall_now);

// The snapshot at `now` while a read of `lane` hangs. All readings age.
telemetry::Snapshot FoldHang(const telemetry::Snapshot& previous, catalog::Lane lane,
                             absl::Status hang, base::SteadyTime now, base::WallTime wall_now);

}  // namespace gpuscaler::sources
