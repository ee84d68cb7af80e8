// What the server's answers depend on besides the data: the role of the program.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "base/time.h"
#include "fleet/hot_gpus.h"
#include "fleet/turned_away.h"
#include "fleet/warm_up.h"
#include "telemetry/store.h"

namespace gpuscaler::serving {

// Whether there is something to serve from, and until when that holds.
struct Freshness {
  absl::Status status;                    // UNAVAILABLE: since when not, and why
  base::SteadyTime until = base::kNever;  // when it ends unless something happens
};

struct Role {
  // What gRPC health and /readyz follow. On the loop's thread and those of HTTP.
  std::function<Freshness(base::SteadyTime now)> readiness;
  // An error: what is not in the view may be there all the same, so nothing is
  // answered from it.
  std::function<absl::Status(base::SteadyTime now)> is_complete;
  // An error: there are GPUs that the view does not show, and nobody knows whose
  // (scaling::EvaluationLimits::unseen).
  std::function<absl::Status(base::SteadyTime now)> unseen;
  // Whom to tell of which GPUs a change is waited for; nullptr: nobody.
  fleet::HotGpus* hot = nullptr;  // not owned
};

// One node: ready while its readings are fresh, by FreshnessOf. What is called must
// outlive the role.
Role NodeRole(const telemetry::Store& store, base::Duration stale_after);
// A gateway: ready, and complete, once it knows its fleet; it shows all while it takes every node.
Role GatewayRole(const fleet::WarmUp& warm_up, const fleet::TurnedAway& turned_away,
                 fleet::HotGpus& hot);

}  // namespace gpuscaler::serving
