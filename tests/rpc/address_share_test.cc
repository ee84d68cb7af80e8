#include "rpc/address_share.h"

#include <gtest/gtest.h>

#include <vector>

namespace gpuscaler::rpc {
namespace {

TEST(ToMakeRoom, TheAddressThatHoldsTheMostGivesItsNewest) {
  const std::vector<HeldConnection> held = {{1, 10, "a"}, {2, 11, "b"}, {3, 12, "a"}};
  EXPECT_EQ(ToMakeRoom(held, "c"), 3);
}

TEST(ToMakeRoom, NobodyGivesForOneWhoHoldsAboutAsMany) {
  const std::vector<HeldConnection> held = {{1, 10, "a"}, {2, 11, "b"}, {3, 12, "a"}};
  EXPECT_EQ(ToMakeRoom(held, "b"), std::nullopt) << "they would change places for ever";
  EXPECT_EQ(ToMakeRoom(held, "a"), std::nullopt);
  EXPECT_EQ(ToMakeRoom({}, "a"), std::nullopt);
  const std::vector<HeldConnection> three = {{1, 10, "a"}, {2, 11, "b"}, {3, 12, "a"}, {4, 9, "a"}};
  EXPECT_EQ(ToMakeRoom(three, "b"), 3) << "the newest, wherever it stands";
}

}  // namespace
}  // namespace gpuscaler::rpc
