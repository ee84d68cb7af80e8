#include "telemetry/pod_index.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace gpuscaler::telemetry {
namespace {

// No stem is empty: with an empty one it is the key of the whole namespace.
uint64_t KeyOf(std::string_view pod_namespace, std::string_view stem) {
  const std::hash<std::string_view> hash;
  return hash(pod_namespace) * 0x9e3779b97f4a7c15 ^ hash(stem);
}

// Ascending, each once.
std::vector<uint64_t> KeysOf(const Ownership* ownership) {
  std::vector<uint64_t> keys;
  if (ownership == nullptr) return keys;
  keys.reserve(3 * ownership->pods.size());
  for (const Pod& pod : ownership->pods) {
    const catalog::PodStems stems = catalog::StemsOf(pod.name);
    for (const std::string_view stem : {std::string_view(), stems.one, stems.two}) {
      keys.push_back(KeyOf(pod.pod_namespace, stem));
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

bool HaveSameNames(const Ownership* a, const Ownership* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  return std::equal(a->pods.begin(), a->pods.end(), b->pods.begin(), b->pods.end(),
                    [](const Pod& x, const Pod& y) {
                      return x.name == y.name && x.pod_namespace == y.pod_namespace;
                    });
}

std::vector<uint64_t> Without(std::span<const uint64_t> keys, std::span<const uint64_t> others) {
  std::vector<uint64_t> left;
  std::set_difference(keys.begin(), keys.end(), others.begin(), others.end(),
                      std::back_inserter(left));
  return left;
}

}  // namespace

PodIndex PodIndex::With(std::span<const Change> changes) const {
  std::vector<Edit> edits;
  for (const Change& change : changes) AddEdits(change, edits);
  if (edits.empty()) return *this;
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return IsBefore(a.entry, b.entry); });
  auto shards =
      shards_ == nullptr ? std::make_shared<Shards>() : std::make_shared<Shards>(*shards_);
  for (auto edit = edits.begin(); edit != edits.end();) {
    const size_t place = PlaceOf(edit->entry.key);
    const auto end = std::find_if(edit, edits.end(), [place](const Edit& other) {
      return PlaceOf(other.entry.key) != place;
    });
    (*shards)[place] = Edited((*shards)[place].get(), {edit, end});
    edit = end;
  }
  PodIndex next;
  next.shards_ = std::move(shards);
  return next;
}

std::vector<std::string_view> PodIndex::NodesOf(const catalog::WorkloadKindRow& kind,
                                                std::string_view pod_namespace,
                                                std::string_view name) const {
  std::vector<std::string_view> nodes;
  const bool is_stem = catalog::IsStemOfItsPods(kind, name);
  const uint64_t key = KeyOf(pod_namespace, is_stem ? name : std::string_view());
  const Shard* shard = ShardOf(key);
  if (shard == nullptr) return nodes;
  auto entry = std::partition_point(shard->begin(), shard->end(),
                                    [key](const Entry& e) { return e.key < key; });
  for (; entry != shard->end() && entry->key == key; ++entry) nodes.push_back(*entry->node);
  return nodes;
}

bool PodIndex::IsBefore(const Entry& a, const Entry& b) {
  return a.key != b.key ? a.key < b.key : *a.node < *b.node;
}

std::shared_ptr<const PodIndex::Shard> PodIndex::Edited(const Shard* shard,
                                                        std::span<const Edit> edits) {
  std::span<const Entry> old;
  if (shard != nullptr) old = *shard;
  Shard edited;
  edited.reserve(old.size() + edits.size());
  auto rest = old.begin();
  for (const Edit& edit : edits) {
    const auto at = std::lower_bound(rest, old.end(), edit.entry, IsBefore);
    edited.insert(edited.end(), rest, at);
    rest = at;
    if (rest != old.end() && !IsBefore(edit.entry, *rest)) ++rest;
    if (edit.comes) edited.push_back(edit.entry);
  }
  edited.insert(edited.end(), rest, old.end());
  return edited.empty() ? nullptr : std::make_shared<const Shard>(std::move(edited));
}

const PodIndex::Shard* PodIndex::ShardOf(uint64_t key) const {
  return shards_ == nullptr ? nullptr : (*shards_)[PlaceOf(key)].get();
}

void PodIndex::AddEdits(const Change& change, std::vector<Edit>& edits) const {
  if (HaveSameNames(change.before, change.after)) return;
  const std::vector<uint64_t> before = KeysOf(change.before);
  const std::vector<uint64_t> after = KeysOf(change.after);
  const auto node = SharedName(change.node, before);
  for (const uint64_t key : Without(before, after)) edits.push_back({{key, node}, false});
  for (const uint64_t key : Without(after, before)) edits.push_back({{key, node}, true});
}

// The name that a node's entries share already, so that it is in memory once.
std::shared_ptr<const std::string> PodIndex::SharedName(std::string_view node,
                                                        std::span<const uint64_t> keys) const {
  auto name = std::make_shared<const std::string>(node);
  const Shard* shard = keys.empty() ? nullptr : ShardOf(keys.front());
  if (shard == nullptr) return name;
  const Entry wanted = {keys.front(), name};
  const auto found = std::lower_bound(shard->begin(), shard->end(), wanted, IsBefore);
  return found != shard->end() && !IsBefore(wanted, *found) ? found->node : name;
}

}  // namespace gpuscaler::telemetry
