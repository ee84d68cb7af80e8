#include "base/sip_hash.h"

#include <bit>
#include <cstddef>
#include <random>

namespace gpuscaler::base {
namespace {

struct State {
  uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void Take(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
  uint64_t Finish(uint64_t mark, uint64_t& marked) {
    marked ^= mark;
    for (int i = 0; i < 4; ++i) Round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

// Little-endian, of at most eight bytes.
uint64_t WordOf(std::string_view bytes) {
  uint64_t word = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    word = word << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return word;
}

}  // namespace

SipKey SipKey::Random() {
  std::random_device random;
  const auto word = [&random] { return uint64_t{random()} << 32 | random(); };
  return {word(), word()};
}

SipHash SipHash::Of(std::string_view text, const SipKey& key) {
  State state = {key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d ^ 0xee,
                 key.low ^ 0x6c7967656e657261, key.high ^ 0x7465646279746573};
  const uint64_t size = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) state.Take(WordOf(text.substr(0, 8)));
  state.Take(size << 56 | WordOf(text));
  const uint64_t low = state.Finish(0xee, state.v2);
  return {low, state.Finish(0xdd, state.v1)};
}

}  // namespace gpuscaler::base
