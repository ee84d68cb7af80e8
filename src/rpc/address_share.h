// Who makes room when all places of a kind are taken, connections or the nodes of a
// fleet: no address may keep others out by holding them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gpuscaler::rpc {

struct HeldPlace {
  uint64_t number;        // grows with each that is taken
  std::string_view host;  // whose it is: HostOf(peer)
};

// The newest place, by its index, of the address that holds the most: it is to go to one
// of `newcomer`. Empty: no address holds two more than that does.
std::optional<size_t> ToMakeRoom(std::span<const HeldPlace> held, std::string_view newcomer);

}  // namespace gpuscaler::rpc
