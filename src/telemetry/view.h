// Everything known at one moment, of one node or of all: immutable, and never
// without what makes questions about a workload cheap.
//
// A view that follows another one shares with it whatever did not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/workload_kinds.h"
#include "telemetry/listing_times.h"
#include "telemetry/pod_index.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// What a view differs by from the one before.
struct Batch {
  std::vector<std::shared_ptr<const Snapshot>> snapshots;  // of two of a node the later one counts
  std::vector<std::string> gone;  // names of nodes; one that has a snapshot here stays
  // Nobody waits for what changed: it may be looked at later.
  bool calm = false;
};

// Nodes that have not said lately who holds their GPUs.
struct UntoldNodes {
  std::vector<const Snapshot*> first;  // of the view; a few, by name
  size_t count = 0;                    // of all
};

class View {
 public:
  View() = default;  // of no node
  // In any order.
  explicit View(std::vector<std::shared_ptr<const Snapshot>> nodes);

  // Copies the pointers to all nodes; all else costs what the batch costs.
  [[nodiscard]] View With(Batch batch) const;

  // Each view has the number after that of the one that it follows.
  uint64_t number() const { return number_; }
  // That of the newest view, this one or an earlier, that was not calm.
  uint64_t urgent_number() const { return urgent_number_; }

  // Ascending name.
  const std::vector<std::shared_ptr<const Snapshot>>& nodes() const { return nodes_; }

  // The nodes that may hold pods of the workload, ascending name, by PodIndex:
  // perhaps one too many, never one too few.
  std::vector<const Snapshot*> NodesOf(const catalog::WorkloadKindRow& kind,
                                       std::string_view pod_namespace, std::string_view name) const;

  // Whether any node asks its kubelet who holds its GPUs.
  bool anybody_asks() const { return listings_.anybody_asks(); }
  // Of these at most `most` are named.
  UntoldNodes UntoldSince(base::SteadyTime since, size_t most) const;

 private:
  uint64_t number_ = 0;
  uint64_t urgent_number_ = 0;
  std::vector<std::shared_ptr<const Snapshot>> nodes_;
  PodIndex index_;
  ListingTimes listings_;
};

}  // namespace gpuscaler::telemetry
