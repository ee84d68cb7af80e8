// What a gateway wants to hear of a node at once, rather than when the next report is
// due: who holds the GPUs, and what the hot ones show.
#pragma once

#include "fleet/hot_gpus.h"
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
  HotGpus::OfNode hot_;
};

}  // namespace gpuscaler::fleet
