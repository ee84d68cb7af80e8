#include "rpc/address_share.h"

#include <gtest/gtest.h>

#include <vector>

namespace gpuscaler::rpc {
namespace {

TEST(ToMakeRoom, TheAddressThatHoldsTheMostGivesItsNewest) {
  const std::vector<HeldPlace> held = {{10, "a"}, {11, "b"}, {12, "a"}};
  EXPECT_EQ(ToMakeRoom(held, "c"), 2);
}

TEST(ToMakeRoom, NobodyGivesForOneWhoHoldsAboutAsMany) {
  const std::vector<HeldPlace> held = {{10, "a"}, {11, "b"}, {12, "a"}};
  EXPECT_EQ(ToMakeRoom(held, "b"), std::nullopt) << "they would change places for ever";
  EXPECT_EQ(ToMakeRoom(held, "a"), std::nullopt);
  EXPECT_EQ(ToMakeRoom({}, "a"), std::nullopt);
  const std::vector<HeldPlace> three = {{10, "a"}, {11, "b"}, {12, "a"}, {9, "a"}};
  EXPECT_EQ(ToMakeRoom(three, "b"), 2) << "the newest, wherever it stands";
}

}  // namespace
}  // namespace gpuscaler::rpc
