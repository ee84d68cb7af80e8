// What a gateway wants to hear of a node at once, rather than when the next report is
// due: who holds the GPUs, and what the hot ones show.
#pragma once

#include <string>
#include <vector>

#include "telemetry.pb.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

class UrgentNews {
 public:
  // As the gateway asks for it; at first no GPU is hot.
  void Want(const telemetry::v1::ReportControl& control);

  // Whether a report of `next` tells some, after one of `last`.
  bool In(const telemetry::Snapshot& next, const telemetry::Snapshot& last) const;

 private:
  bool all_hot_ = false;
  std::vector<std::string> hot_;  // UUIDs
};

}  // namespace gpuscaler::fleet
