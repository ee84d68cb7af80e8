#include "rpc/address_shares.h"

namespace gpuscaler::rpc {

void AddressShares::Add(std::string_view host, uint64_t number) {
  const auto share = by_host_.try_emplace(std::string(host)).first;
  by_count_.erase({share->second.size(), &share->first});
  share->second.insert(number);
  by_count_.insert({share->second.size(), &share->first});
  ++size_;
}

void AddressShares::Remove(std::string_view host, uint64_t number) {
  const auto share = by_host_.find(std::string(host));
  by_count_.erase({share->second.size(), &share->first});
  share->second.erase(number);
  --size_;
  if (share->second.empty()) {
    by_host_.erase(share);
  } else {
    by_count_.insert({share->second.size(), &share->first});
  }
}

std::optional<uint64_t> AddressShares::ToMakeRoom(std::string_view newcomer) const {
  if (by_count_.empty()) return std::nullopt;
  const auto& [most, fullest] = *by_count_.rbegin();
  const auto own = by_host_.find(std::string(newcomer));
  if (most < (own == by_host_.end() ? 0 : own->second.size()) + 2) return std::nullopt;
  return *by_host_.at(*fullest).rbegin();
}

}  // namespace gpuscaler::rpc
