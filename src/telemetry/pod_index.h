// Which nodes hold pods of a workload: an index by namespace and by the names
// that the owner of a pod can have (catalog::StemsOf). Immutable and cheap to
// copy; an update makes another one, which shares what did not change.
//
// Its keys are hashes: among the nodes that it finds may be one too many, and is
// never one too few. Who asks reads the pods' names again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/workload_kinds.h"
#include "telemetry/ownership.h"

namespace gpuscaler::telemetry {

class PodIndex {
 public:
  // What a node holds, and what it held when it was last in a change; nullptr:
  // nothing is known. Not owned.
  struct Change {
    std::string_view node;
    const Ownership* before;
    const Ownership* after;
  };
  // `changes`: each node once. Where a node's pods have the names that they had,
  // nothing is done; else the shards of the keys that come or go are copied, each
  // a thousandth of the whole.
  [[nodiscard]] PodIndex With(std::span<const Change> changes) const;

  // Ascending, each once; valid while an index lives that has them.
  std::vector<std::string_view> NodesOf(const catalog::WorkloadKindRow& kind,
                                        std::string_view pod_namespace,
                                        std::string_view name) const;

 private:
  struct Entry {
    uint64_t key;
    std::shared_ptr<const std::string> node;
  };
  struct Edit {
    Entry entry;
    bool comes;  // else it goes
  };
  using Shard = std::vector<Entry>;  // ascending key, then node
  // By the top bits of the key; nullptr: empty.
  using Shards = std::array<std::shared_ptr<const Shard>, 1024>;

  static size_t PlaceOf(uint64_t key) { return key >> 54; }
  static bool IsBefore(const Entry& a, const Entry& b);
  static std::shared_ptr<const Shard> Edited(const Shard* shard, std::span<const Edit> edits);

  const Shard* ShardOf(uint64_t key) const;
  void AddEdits(const Change& change, std::vector<Edit>& edits) const;
  std::shared_ptr<const std::string> SharedName(std::string_view node,
                                                std::span<const uint64_t> keys) const;

  std::shared_ptr<const Shards> shards_;  // nullptr: no node holds a pod
};

}  // namespace gpuscaler::telemetry
