#include "rpc/address_share.h"

#include <unordered_map>

namespace gpuscaler::rpc {

std::optional<size_t> ToMakeRoom(std::span<const HeldPlace> held, std::string_view newcomer) {
  struct Share {
    size_t count = 0;
    const HeldPlace* newest = nullptr;
  };
  std::unordered_map<std::string_view, Share> shares;
  const Share* fullest = nullptr;
  for (const HeldPlace& place : held) {
    Share& share = shares[place.host];  // stays where it is in memory
    ++share.count;
    if (share.newest == nullptr || place.number > share.newest->number) share.newest = &place;
    if (fullest == nullptr || share.count > fullest->count) fullest = &share;
  }
  if (fullest == nullptr || fullest->count < shares[newcomer].count + 2) return std::nullopt;
  return static_cast<size_t>(fullest->newest - held.data());
}

}  // namespace gpuscaler::rpc
