// One initialized driver: its library, its GPUs and what was learnt of them.
//
// Read may run for several lanes at once, for one lane once at a time. No lock
// is held over a call to the driver: lanes share nothing that changes.
// Destroyed, it shuts the driver down, then unloads the library.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sources/nvml/nvml_device.h"
#include "sources/nvml/nvml_library.h"
#include "sources/nvml/nvml_reads.h"
#include "sources/source.h"

namespace gpuscaler::sources::nvml {

using Identities = std::vector<std::shared_ptr<const telemetry::GpuIdentity>>;

struct LaneRead {
  std::vector<GpuSample> samples;  // one for each GPU
  Outcome gone;                    // not kSuccess: the driver is, and there are no samples
  Outcome unknown;                 // not kSuccess: all that every GPU says, see DeviceRead
  size_t down = 0;                 // GPUs that cannot be read
  bool count_changed = false;      // the driver now has more or fewer GPUs
};

class NvmlSession {
 public:
  // `known` are the GPUs of the session before: one that is lost now cannot be
  // asked for its name. An error says what to fix; UNKNOWN where the driver
  // itself does not say why.
  static absl::StatusOr<std::unique_ptr<NvmlSession>> Open(const std::string& library_path,
                                                           const Identities& known);
  ~NvmlSession();
  NvmlSession(const NvmlSession&) = delete;
  NvmlSession& operator=(const NvmlSession&) = delete;

  LaneRead Read(catalog::Lane lane);

  Identities identities() const;

 private:
  explicit NvmlSession(std::unique_ptr<const NvmlLibrary> library) : library_(std::move(library)) {}

  absl::Status Enumerate(const Identities& known);

  const std::unique_ptr<const NvmlLibrary> library_;
  std::deque<NvmlDevice> devices_;  // ascending index; a deque, as they do not move
};

}  // namespace gpuscaler::sources::nvml
