// How many places of a kind each address holds, connections or the nodes of a fleet, and who
// makes room when all are taken: no address may keep others out by holding them all. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gpuscaler::rpc {

class AddressShares {
 public:
  // `number` grows with each place that is taken; `host`: HostOf(peer).
  void Add(std::string_view host, uint64_t number);
  // It was added.
  void Remove(std::string_view host, uint64_t number);
  size_t size() const { return size_; }

  // The number of the newest place of the address that holds the most: it is to go to one of
  // `newcomer`. Empty: no address holds two more than that does. Its cost hardly grows with
  // the places, for whoever is refused asks again.
  std::optional<uint64_t> ToMakeRoom(std::string_view newcomer) const;

 private:
  using Numbers = std::set<uint64_t>;

  std::unordered_map<std::string, Numbers> by_host_;  // none is empty
  // How many, and whose; what points to a host stays where it is.
  std::set<std::pair<size_t, const std::string*>> by_count_;
  size_t size_ = 0;
};

}  // namespace gpuscaler::rpc
