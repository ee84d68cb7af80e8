// What a simulated node shows at any moment: a scenario or a recorded trace.
//
// Immutable, so any thread may ask. Time is an argument; SimulatedSource owns
// the clock.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "sources/source.h"

namespace gpuscaler::sources {

class Script {
 public:
  virtual ~Script() = default;

  // What Source::Read answers at `t` after the start. `now` becomes the time
  // of the readings.
  virtual absl::StatusOr<std::vector<GpuSample>> At(catalog::Lane lane, base::Duration t,
                                                    base::SteadyTime now) const = 0;

  // When time starts anew; empty: never.
  virtual std::optional<base::Duration> length() const = 0;

  // Who holds the GPUs at `t`; nullptr: it is not known.
  virtual std::shared_ptr<const telemetry::Ownership> HoldersAt(base::Duration) const {
    return nullptr;
  }

  // For how long a read of `lane` that begins at `t` blocks.
  virtual base::Duration HoldUp(catalog::Lane, base::Duration) const {
    return base::Duration::zero();
  }
};

}  // namespace gpuscaler::sources
