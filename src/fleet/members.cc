#include "fleet/members.h"

#include <algorithm>
#include <optional>

#include "base/memory.h"
#include "base/strings.h"
#include "rpc/peer_name.h"

namespace gpuscaler::fleet {

Member* Members::Find(const std::string& node) {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second;
}

const Member* Members::Find(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second;
}

Member& Members::Add(const std::string& node, const std::string& peer) {
  Member& added = nodes_[node];
  added.peer = peer;
  added.number = ++joined_;
  shares_.Add(rpc::HostOf(peer), added.number);
  return added;
}

void Members::Move(Member& node, const std::string& peer) {
  shares_.Remove(rpc::HostOf(node.peer), node.number);
  node.peer = peer;
  shares_.Add(rpc::HostOf(peer), node.number);
}

Members::Map::iterator Members::Remove(Map::iterator node) {
  shares_.Remove(rpc::HostOf(node->second.peer), node->second.number);
  return nodes_.erase(node);
}

absl::Status Members::HasRoom() const {
  if (nodes_.size() >= limits_.nodes) {
    return absl::ResourceExhaustedError(
        base::StrCat("this gateway holds ", nodes_.size(),
                     " nodes, the most it takes: --max-nodes=", limits_.nodes));
  }
  const uint64_t resident = limits_.memory_bytes > 0 ? base::ResidentBytes() : 0;
  if (resident > limits_.memory_bytes) {
    return absl::ResourceExhaustedError(base::StrCat(
        "this gateway has no memory for further nodes: it holds ", nodes_.size(), " and takes ",
        resident >> 20, " MiB; allowed are --max-memory-mib=", limits_.memory_bytes >> 20));
  }
  return absl::OkStatus();
}

// Whoever reports under many names may fill the gateway, but keeps nobody out of it.
absl::StatusOr<std::string> Members::RoomFor(const std::string& peer) const {
  absl::Status room = HasRoom();
  if (room.ok()) return std::string();
  const std::optional<uint64_t> leaves = shares_.ToMakeRoom(rpc::HostOf(peer));
  if (!leaves) return room;
  const auto newest = std::find_if(nodes_.begin(), nodes_.end(), [&leaves](const auto& node) {
    return node.second.number == *leaves;
  });
  // Of that address rather one that says nothing any more.
  const std::string_view host = rpc::HostOf(newest->second.peer);
  const auto silent = std::find_if(nodes_.begin(), nodes_.end(), [host](const auto& node) {
    return node.second.stream == 0 && rpc::HostOf(node.second.peer) == host;
  });
  return silent == nodes_.end() ? newest->first : silent->first;
}

size_t Members::streams() const {
  return static_cast<size_t>(std::count_if(
      nodes_.begin(), nodes_.end(), [](const auto& node) { return node.second.stream != 0; }));
}

}  // namespace gpuscaler::fleet
