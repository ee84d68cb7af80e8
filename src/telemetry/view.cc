#include "telemetry/view.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::telemetry {
namespace {

using Node = std::shared_ptr<const Snapshot>;
using Nodes = std::vector<Node>;

struct NodeChange {
  std::string_view name;
  Node snapshot;  // nullptr: the node is gone
};

// Ascending name, each once.
std::vector<NodeChange> ChangesOf(Batch& batch) {
  std::vector<NodeChange> changes;
  changes.reserve(batch.gone.size() + batch.snapshots.size());
  for (const std::string& name : batch.gone) changes.push_back({name, nullptr});
  for (Node& snapshot : batch.snapshots) {
    const std::string_view name = snapshot->node;
    changes.push_back({name, std::move(snapshot)});
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const NodeChange& a, const NodeChange& b) { return a.name < b.name; });
  // The last of a name is the first from behind.
  const auto first =
      std::unique(changes.rbegin(), changes.rend(), [](const NodeChange& a, const NodeChange& b) {
        return a.name == b.name;
      }).base();
  changes.erase(changes.begin(), first);
  return changes;
}

Nodes::const_iterator Find(Nodes::const_iterator from, Nodes::const_iterator to,
                           std::string_view name) {
  return std::partition_point(from, to, [name](const Node& node) { return node->node < name; });
}

// As Find, where the name is likely to be near: in steps that double.
Nodes::const_iterator FindNear(Nodes::const_iterator from, Nodes::const_iterator end,
                               std::string_view name) {
  for (Nodes::difference_type step = 1; end - from > step; step *= 2) {
    if ((*(from + step))->node >= name) return Find(from, from + step, name);
    from += step;
  }
  return Find(from, end, name);
}

}  // namespace

View::View(std::vector<std::shared_ptr<const Snapshot>> nodes)
    : View(View().With({std::move(nodes), {}, false})) {}

View View::With(Batch batch) const {
  std::vector<NodeChange> changes = ChangesOf(batch);
  View next;
  next.number_ = number_ + 1;
  next.urgent_number_ = batch.calm ? urgent_number_ : next.number_;
  next.nodes_.reserve(nodes_.size() + changes.size());
  std::vector<base::SteadyTime> told_at;
  told_at.reserve(nodes_.size() + changes.size());
  std::vector<PodIndex::Change> pods;
  pods.reserve(changes.size());

  auto node = nodes_.begin();
  auto told = listings_.times().begin();
  const auto take_over = [&](Nodes::const_iterator end) {
    const auto count = end - node;
    next.nodes_.insert(next.nodes_.end(), node, end);
    told_at.insert(told_at.end(), told, told + count);
    node = end;
    told += count;
  };
  for (NodeChange& change : changes) {
    take_over(FindNear(node, nodes_.end(), change.name));
    pods.push_back({change.name, nullptr, nullptr});
    if (node != nodes_.end() && (*node)->node == change.name) {
      pods.back().before = (*node)->ownership.get();
      ++node;
      ++told;
    }
    if (change.snapshot == nullptr) continue;
    pods.back().after = change.snapshot->ownership.get();
    told_at.push_back(ToldAt(*change.snapshot));
    next.nodes_.push_back(std::move(change.snapshot));
  }
  take_over(nodes_.end());

  next.index_ = index_.With(pods);
  next.listings_ = ListingTimes(std::move(told_at));
  return next;
}

std::vector<const Snapshot*> View::NodesOf(const catalog::WorkloadKindRow& kind,
                                           std::string_view pod_namespace,
                                           std::string_view name) const {
  const std::vector<std::string_view> names = index_.NodesOf(kind, pod_namespace, name);
  std::vector<const Snapshot*> nodes;
  nodes.reserve(names.size());
  auto node = nodes_.begin();
  for (const std::string_view found : names) {
    node = FindNear(node, nodes_.end(), found);
    if (node == nodes_.end()) break;
    if ((*node)->node == found) nodes.push_back(node->get());
  }
  return nodes;
}

UntoldNodes View::UntoldSince(base::SteadyTime since, size_t most) const {
  const ListingTimes::Untold untold = listings_.UntoldSince(since, most);
  UntoldNodes nodes;
  nodes.count = untold.count;
  for (const size_t place : untold.first) nodes.first.push_back(nodes_[place].get());
  return nodes;
}

}  // namespace gpuscaler::telemetry
