#include "rpc/address_share.h"

#include <cstddef>
#include <unordered_map>

namespace gpuscaler::rpc {

std::optional<int> ToMakeRoom(std::span<const HeldConnection> held, std::string_view newcomer) {
  struct Share {
    size_t count = 0;
    const HeldConnection* newest = nullptr;
  };
  std::unordered_map<std::string_view, Share> shares;
  const Share* fullest = nullptr;
  for (const HeldConnection& connection : held) {
    Share& share = shares[connection.host];  // its place stays where it is
    ++share.count;
    if (share.newest == nullptr || connection.number > share.newest->number) {
      share.newest = &connection;
    }
    if (fullest == nullptr || share.count > fullest->count) fullest = &share;
  }
  if (fullest == nullptr || fullest->count < shares[newcomer].count + 2) return std::nullopt;
  return fullest->newest->id;
}

}  // namespace gpuscaler::rpc
