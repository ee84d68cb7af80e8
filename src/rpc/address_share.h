// Who makes room when all connections are taken: nobody may keep others out by
// holding them all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gpuscaler::rpc {

struct HeldConnection {
  int id;
  uint64_t number;        // grows with each that was accepted
  std::string_view host;  // its address, without the port
};

// The newest connection of the address that holds the most, which is to be closed for
// one from `newcomer`; empty: no address holds two more than that does.
std::optional<int> ToMakeRoom(std::span<const HeldConnection> held, std::string_view newcomer);

}  // namespace gpuscaler::rpc
