// Who holds the GPUs of a node, by its reports and by what was known before them.
//
// Until the node's kubelet has answered on this stream, and where the new listing
// knows less than the earlier stream's last one (a node that has just started does not
// know how old its pods are), what that says of the pods holds. A node that has said
// nothing of a kubelet for a minute asks none any more.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "telemetry.pb.h"
#include "telemetry/ownership.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

class ReportedHolders {
 public:
  // `previous`: the node's newest snapshot from an earlier stream; nullptr: there is
  // none.
  explicit ReportedHolders(std::shared_ptr<const telemetry::Snapshot> previous);

  // INVALID_ARGUMENT for a listing that cannot be true.
  absl::Status Read(const telemetry::v1::NodeReport& report, base::SteadyTime now);

  // As the newest report leaves them, of a snapshot.
  const std::shared_ptr<const telemetry::Ownership>& ownership() const { return ownership_; }
  const std::vector<bool>& pods_worked() const { return pods_worked_; }

 private:
  absl::Status ReadListing(const telemetry::v1::PodListing& listing, base::SteadyTime now);

  std::shared_ptr<const telemetry::Snapshot> previous_;  // until a listing has come
  std::optional<base::SteadyTime> first_at_;             // when the first report came
  std::shared_ptr<const telemetry::Ownership> ownership_;
  std::vector<bool> pods_worked_;
};

}  // namespace gpuscaler::fleet
