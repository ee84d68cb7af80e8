// What the listings of one node tell over time: since when each pod is known,
// and which of two pods has a device that both are listed with.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "telemetry/ownership.h"
#include "telemetry/snapshot.h"
#include "workloads/listing.h"

namespace gpuscaler::workloads {

using Identities = std::vector<std::shared_ptr<const telemetry::GpuIdentity>>;

class PodLedger {
 public:
  // The ownership after `listing`, which ended at `now`, on a node with these
  // GPUs. A failed listing keeps what is known, which then ages.
  //
  // Kubelets list pods that are going, and before Kubernetes 1.34 also finished
  // ones: of two pods with the same device the younger one has it, and a pod
  // that is left with none holds nothing. Of equal age, as all are at first
  // sight, both have it. A claim can be several pods'.
  //
  // A pod that is missing from a listing that may not be whole is kept until the
  // next one agrees: a kubelet that has just started lists a few at first.
  std::shared_ptr<const telemetry::Ownership> Enter(const absl::StatusOr<Listing>& listing,
                                                    const Identities& gpus, base::SteadyTime now);

 private:
  using PodName = std::pair<std::string, std::string>;  // namespace, name

  telemetry::Ownership Read(const Listing& listing, const Identities& gpus, base::SteadyTime now);

  std::vector<Holding> listed_;  // in the newest listing
  // Every pod that holds something: when it was first seen; empty: at first sight.
  std::map<PodName, std::optional<base::SteadyTime>> appeared_;
  bool looked_ = false;
  std::shared_ptr<const telemetry::Ownership> newest_ =
      std::make_shared<const telemetry::Ownership>();
};

}  // namespace gpuscaler::workloads
