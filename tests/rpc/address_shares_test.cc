#include "rpc/address_shares.h"

#include <gtest/gtest.h>

namespace gpuscaler::rpc {
namespace {

TEST(AddressShares, TheAddressThatHoldsTheMostGivesItsNewest) {
  AddressShares shares;
  EXPECT_EQ(shares.ToMakeRoom("a"), std::nullopt);
  shares.Add("a", 10);
  shares.Add("b", 11);
  shares.Add("a", 12);
  EXPECT_EQ(shares.size(), 3u);
  EXPECT_EQ(shares.ToMakeRoom("c"), 12);
  shares.Add("a", 9);
  EXPECT_EQ(shares.ToMakeRoom("b"), 12) << "the newest, whenever it was added";
}

TEST(AddressShares, NobodyGivesForOneWhoHoldsAboutAsMany) {
  AddressShares shares;
  shares.Add("a", 10);
  shares.Add("b", 11);
  shares.Add("a", 12);
  EXPECT_EQ(shares.ToMakeRoom("b"), std::nullopt) << "they would change places for ever";
  EXPECT_EQ(shares.ToMakeRoom("a"), std::nullopt);
  shares.Remove("a", 10);
  EXPECT_EQ(shares.ToMakeRoom("c"), std::nullopt) << "each has one";
}

TEST(AddressShares, WhatIsReturnedCountsNoMore) {
  AddressShares shares;
  for (uint64_t number = 0; number < 4; ++number) shares.Add("a", number);
  for (uint64_t number = 4; number < 7; ++number) shares.Add("b", number);
  shares.Remove("a", 3);
  shares.Remove("a", 0);
  EXPECT_EQ(shares.ToMakeRoom("c"), 6) << "b holds the most now";
  for (uint64_t number = 4; number < 7; ++number) shares.Remove("b", number);
  EXPECT_EQ(shares.ToMakeRoom("b"), 2);
  EXPECT_EQ(shares.size(), 2u);
}

}  // namespace
}  // namespace gpuscaler::rpc
