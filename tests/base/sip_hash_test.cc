#include "base/sip_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_format.h"

namespace gpuscaler::base {
namespace {

std::string BytesOf(const SipHash& hash) {
  std::string text;
  for (const uint64_t word : {hash.low, hash.high}) {
    for (int i = 0; i < 8; ++i) absl::StrAppendFormat(&text, "%02x", word >> (8 * i) & 0xff);
  }
  return text;
}

// The reference's vectors: of the bytes 0, 1, 2 ... with the key 0, 1, ... 15.
TEST(SipHash, IsTheReferences) {
  const SipKey key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
  const struct {
    size_t size;
    std::string hash;
  } rows[] = {{0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},
              {2, "8177228da4a45dc7fca38bdef60affe4"},  {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
              {8, "3b62a9ba6258f5610f83e264f31497b4"},  {15, "5493e99933b0a8117e08ec0f97cfc3d9"},
              {16, "6ee2a4ca67b054bbfd3315bf85230577"}, {63, "5150d1772f50834a503e069a973fbd7c"}};
  for (const auto& row : rows) {
    std::string text;
    for (size_t i = 0; i < row.size; ++i) text += static_cast<char>(i);
    EXPECT_EQ(BytesOf(SipHash::Of(text, key)), row.hash) << row.size;
  }
}

TEST(SipHash, OfAnotherKeyIsAnother) {
  std::set<SipHash> hashes;
  for (int i = 0; i < 100; ++i) hashes.insert(SipHash::Of("a", SipKey::Random()));
  EXPECT_EQ(hashes.size(), 100U);
}

}  // namespace
}  // namespace gpuscaler::base
