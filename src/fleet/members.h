// The nodes of a gateway's fleet, by their names, and who makes room for a further one.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "rpc/address_shares.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

struct Member {
  uint64_t stream = 0;  // that speaks for it; 0: none
  std::string peer;     // where that comes from, or the last one came
  uint64_t number = 0;  // grows with each that joins
  uint64_t instance = 0;
  base::SteadyTime heard_at;
  std::shared_ptr<const telemetry::Snapshot> newest;
  // A GPU that it reports, or on which it lists a pod, was another node's or
  // nobody's at the last look.
  bool contested = false;
};

class Members {
 public:
  using Map = std::unordered_map<std::string, Member>;

  struct Limits {
    size_t nodes = 0;
    uint64_t memory_bytes = 0;  // of the process: full above it; 0: no limit
  };

  explicit Members(const Limits& limits) : limits_(limits) {}

  // nullptr: it is not in the fleet. Good until it leaves.
  Member* Find(const std::string& node);
  const Member* Find(const std::string& node) const;

  // The node that has to leave before another of `peer` joins; empty: none has.
  // RESOURCE_EXHAUSTED: there is no room, and no address that has two nodes more than
  // the peer's, of which one without a stream would leave, or else the newest.
  absl::StatusOr<std::string> RoomFor(const std::string& peer) const;
  // `node` is not in the fleet.
  Member& Add(const std::string& node, const std::string& peer);
  // It reports from `peer` now.
  void Move(Member& node, const std::string& peer);
  Map::iterator Remove(Map::iterator node);
  // It is in the fleet.
  void Remove(const std::string& node) { Remove(nodes_.find(node)); }

  Map::iterator begin() { return nodes_.begin(); }
  Map::iterator end() { return nodes_.end(); }
  size_t size() const { return nodes_.size(); }
  // Of these, with a stream.
  size_t streams() const;

 private:
  // OK, or why there is no room.
  absl::Status HasRoom() const;

  const Limits limits_;
  Map nodes_;
  rpc::AddressShares shares_;
  uint64_t joined_ = 0;
};

}  // namespace gpuscaler::fleet
