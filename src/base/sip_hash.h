// SipHash-2-4 with 128 bits (Aumasson and Bernstein; the reference's output): who does
// not know the key cannot make two texts with the same hash, so that a hash can stand
// for a text that others choose. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace gpuscaler::base {

struct SipKey {
  uint64_t low = 0;
  uint64_t high = 0;

  static SipKey Random();
};

struct SipHash {
  uint64_t low = 0;  // the first eight bytes of the reference's output, little-endian
  uint64_t high = 0;

  static SipHash Of(std::string_view text, const SipKey& key);

  // clang-tidy 14 takes the 0 that the default compares with for a pointer.
  friend auto operator<=>(const SipHash&, const SipHash&) = default;  // NOLINT
};

}  // namespace gpuscaler::base
