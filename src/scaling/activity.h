// Whether a workload is active, and by what. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace gpuscaler::scaling {

enum class ActiveReason : uint8_t {
  kNothingExceeds,  // inactive
  kGpuExceeds,      // a GPU that takes part exceeds the activation threshold
  kAggregateExceeds,
  kReplicaWarming,    // a replica is loading its model
  kReplicaMissing,    // what a replica does is not known
  kAlwaysActive,      // the profile says so
  kEngineExceeds,     // an address of the engine exceeds the activation threshold
  kActivationSignal,  // it exceeds its threshold
  kReplicaAwaited,    // it did lately, and no replica has come yet
};

// What it is decided from.
struct ActivityFacts {
  // Of the trigger's own metric. An error: it has no value, and what follows says nothing.
  absl::Status metric;
  bool gpu_exceeds = false;
  bool address_exceeds = false;
  bool aggregate_exceeds = false;
  bool replica_warming = false;
  bool replica_missing = false;
  bool always_active = false;
  // Whether the activation signal exceeds its threshold. An error: that is not known;
  // empty: the trigger has none.
  std::optional<absl::StatusOr<bool>> signal;
  bool replica_awaited = false;  // it did lately, and no replica is known
};

struct Activity {
  absl::Status status;  // an error: it is not known, and what follows is nothing's
  bool active = false;
  ActiveReason reason = ActiveReason::kNothingExceeds;
};

// An OR of what may be unknown: one thing that asks for replicas is enough, whatever
// else is not known, and nothing is inactive before all is known. The signal exists so
// that a workload without replicas wakes: what its metric lacks then must not keep it
// asleep. Of two errors the metric's is told.
Activity DecideActivity(const ActivityFacts& facts);

}  // namespace gpuscaler::scaling
