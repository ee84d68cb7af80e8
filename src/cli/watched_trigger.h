// One trigger under watch: asked as KEDA asks, its answers put through HPA's
// arithmetic, as if the replicas followed at once.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "keda/keda_client.h"
#include "manifests/scaled_object.h"
#include "scaling/hpa.h"

namespace gpuscaler::cli {

class WatchedTrigger {
 public:
  WatchedTrigger(const manifests::ScaledObject& object,
                 const manifests::ScaledObjectTrigger& trigger);

  // Polls once and lets KEDA (0 to 1) and HPA (1 to N) act on the answer. An
  // error leaves the replicas as they are, as it does without a `fallback`.
  void Poll(keda::KedaClient& client, base::SteadyTime now);

  // Whether the newest poll got a value.
  bool answered() const { return status_.ok(); }

  // One line: the table's row.
  std::string Row() const;
  static std::string Head();

 private:
  absl::Status Ask(keda::KedaClient& client);

  const manifests::ScaledObject& object_;
  const manifests::ScaledObjectTrigger& trigger_;
  std::optional<keda::MetricSpec> spec_;
  keda::PollAnswer answer_;
  absl::Status status_;
  scaling::HpaModel hpa_;
  scaling::HpaTolerances tolerances_;
  int64_t wanted_ = 0;
  int64_t replicas_;
};

}  // namespace gpuscaler::cli
