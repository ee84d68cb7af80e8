// A file with a CDI spec, read again when it has changed.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "base/small_file.h"
#include "workloads/cdi_spec.h"

namespace gpuscaler::workloads {

class CdiSpecFile {
 public:
  // What NVIDIA's tools write for sixteen GPUs in seven parts is 200 KiB.
  static constexpr size_t kMostBytes = 512 * 1024;

  // Looks whether the file at `path`, always the same one, is another than at the last
  // look, and reads it if so. True: its devices may be others now. `room`: bytes that
  // it may have, if fewer than the above.
  bool Refresh(const std::string& path, size_t room);

  // FAILED_PRECONDITION, RESOURCE_EXHAUSTED, INVALID_ARGUMENT: why it cannot be used.
  // NOT_FOUND: it is gone.
  const absl::StatusOr<CdiDevices>& devices() const { return devices_; }
  void Refuse(absl::Status why) { devices_ = std::move(why); }
  size_t bytes() const { return seen_.bytes; }

 private:
  absl::StatusOr<CdiDevices> Read(const std::string& path, size_t room);

  bool looked_ = false;
  base::FileStamp seen_;
  absl::StatusOr<CdiDevices> devices_ = CdiDevices();
};

}  // namespace gpuscaler::workloads
