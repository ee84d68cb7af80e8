// The node's side of the fleet: reports to every gateway behind a name, whose
// addresses it looks up again and again, on one stream each.
//
// Two threads: one for the streams, one that waits for the resolver.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "fleet/gateway_names.h"
#include "fleet/report_link.h"
#include "telemetry/store.h"

namespace gpuscaler::fleet {

class Reporter {
 public:
  struct Options {
    std::vector<GatewayName> gateways;
    ReportLink::Options link;
    // Asked on a thread of its own; may block.
    std::function<absl::StatusOr<std::vector<GatewayAddress>>(const GatewayName&)> resolve =
        Resolve;
  };
  struct Stats {
    size_t gateways = 0;  // addresses that are reported to, or tried
    size_t open = 0;      // of these, with a stream
    uint64_t reports = 0;
    uint64_t failures = 0;  // streams that broke or could not be had
  };

  // Starts. `store`, which holds this node alone, must outlive it.
  Reporter(Options options, telemetry::Store& store);
  ~Reporter();

  // Any thread.
  Stats stats() const;

  // Ends the streams. False: the resolver has not come back within `patience`, and
  // the destructor would wait for it.
  [[nodiscard]] bool StopWithin(base::Duration patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::fleet
