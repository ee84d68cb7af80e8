// Reads of a source that may hang: each lane on a thread of its own, and none is
// waited for without end.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>

#include "absl/status/status.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "sources/source.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::cli {

class PatientReads {
 public:
  // Reading every PCIe window of 16 GPUs takes well under one second.
  static constexpr base::Duration kPatience = std::chrono::seconds(5);

  explicit PatientReads(std::unique_ptr<sources::Source> source);

  // Reads these lanes at the same time and folds what they say into `snapshot`. A
  // lane whose read does not end is left alone from then on.
  void Read(std::initializer_list<catalog::Lane> lanes, telemetry::Snapshot& snapshot);
  void ReadAll(telemetry::Snapshot& snapshot);

  // Which lanes hang; OK: none. While one does, its thread is in the driver, and
  // the process can only leave by _Exit.
  absl::Status hang() const;

 private:
  std::shared_ptr<sources::Source> source_;  // a thread that hangs holds it too
  std::array<bool, catalog::kLaneCount> hangs_ = {};
};

}  // namespace gpuscaler::cli
