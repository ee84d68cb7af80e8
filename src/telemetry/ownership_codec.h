// Who holds the GPUs, as messages of proto/telemetry.proto. Times travel as ages,
// for clocks of two machines differ.
#pragma once

#include "absl/status/status.h"
#include "base/time.h"
#include "telemetry.pb.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// More pods than this on one node are a corrupt message.
inline constexpr int kMaxPods = 4096;
// And more GPUs of all pods together than this.
inline constexpr int kMaxHoldings = 8192;

// Of snapshot.ownership, which is not null. Ages are as of `now`.
v1::PodListing ToProto(const Snapshot& snapshot, const Ownership& ownership, base::SteadyTime now);

// Sets ownership and pods_worked of `snapshot`; `taken_at` is when the ages were
// true. INVALID_ARGUMENT for ages that are negative or not finite, a pod that is
// listed twice or without a name, and more than kMaxPods pods.
absl::Status ReadPodListing(const v1::PodListing& message, base::SteadyTime taken_at,
                            Snapshot& snapshot);

}  // namespace gpuscaler::telemetry
