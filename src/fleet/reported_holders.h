// Who holds the GPUs of a node, by its reports and by what was known before them.
//
// Until the node's kubelet has answered on this stream, what the earlier stream said of the pods
// holds; and from then on where a listing knows less: a node that has started does not know,
// for as long as it runs, how old the pods are that it found. One that has said nothing of a
// kubelet for a minute asks none any more.
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
  explicit ReportedHolders(const std::shared_ptr<const telemetry::Snapshot>& previous);

  // INVALID_ARGUMENT for a listing that cannot be true.
  absl::Status Read(const telemetry::v1::NodeReport& report, base::SteadyTime now);

  // As the newest report leaves them, of a snapshot.
  const std::shared_ptr<const telemetry::Ownership>& ownership() const { return ownership_; }
  const std::vector<bool>& pods_worked() const { return pods_worked_; }

 private:
  absl::Status ReadListing(const telemetry::v1::PodListing& listing, base::SteadyTime now);

  bool inherited_ = false;                    // what is known is the earlier stream's
  std::optional<base::SteadyTime> first_at_;  // when the first report came
  std::shared_ptr<const telemetry::Ownership> ownership_;
  std::vector<bool> pods_worked_;
};

}  // namespace gpuscaler::fleet
