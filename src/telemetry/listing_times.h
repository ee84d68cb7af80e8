// When each node of a view last said who holds its GPUs, by the node's place in
// the view. Who is silent is told without a look at every node. Immutable.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// Before any time at which a node can have told.
inline constexpr base::SteadyTime kAsksNobody = base::SteadyTime::min();
inline constexpr base::SteadyTime kNeverTold = kAsksNobody + base::Duration(1);

// The newest listing of its kubelet that succeeded; kAsksNobody, kNeverTold.
base::SteadyTime ToldAt(const Snapshot& node);

class ListingTimes {
 public:
  ListingTimes() = default;
  explicit ListingTimes(std::vector<base::SteadyTime> times);

  const std::vector<base::SteadyTime>& times() const { return times_; }
  bool anybody_asks() const { return anybody_asks_; }

  struct Untold {
    std::vector<size_t> first;  // places, ascending
    size_t count = 0;           // of all
  };
  // Who has not told since `since`: the first `most` places, and how many there
  // are. Costs what these cost, and a look at one of 64 nodes.
  Untold UntoldSince(base::SteadyTime since, size_t most) const;

 private:
  std::vector<base::SteadyTime> times_;
  std::vector<base::SteadyTime> oldest_;  // of each kBlock times
  bool anybody_asks_ = false;
};

}  // namespace gpuscaler::telemetry
