#include "fleet/claims.h"

#include <gtest/gtest.h>

namespace gpuscaler::fleet {
namespace {

TEST(Claims, TheFirstNodeHasTheGpuUntilItIsGivenOrReleased) {
  Claims claims;
  EXPECT_EQ(claims.Claim("GPU-1", "a"), "a");
  EXPECT_EQ(claims.Claim("GPU-1", "b"), "a");
  EXPECT_EQ(claims.Claim("GPU-2", "b"), "b");
  claims.Give("GPU-1", "b");
  EXPECT_EQ(claims.Claim("GPU-1", "a"), "b");
  claims.Release("a");  // has none any more
  EXPECT_EQ(claims.Claim("GPU-1", "c"), "b");
  claims.Release("b");
  EXPECT_EQ(claims.Claim("GPU-1", "c"), "c");
  EXPECT_EQ(claims.Claim("GPU-2", "c"), "c");
}

TEST(Claims, TellsWhoHasAGpuAndClaimsNothing) {
  Claims claims;
  EXPECT_EQ(claims.HolderOf("GPU-1"), nullptr);
  claims.Claim("GPU-1", "a");
  ASSERT_NE(claims.HolderOf("GPU-1"), nullptr);
  EXPECT_EQ(*claims.HolderOf("GPU-1"), "a");
  claims.Give("GPU-1", "b");
  EXPECT_EQ(*claims.HolderOf("GPU-1"), "b");
  claims.Give("GPU-2", "a");
  claims.Release("b");
  EXPECT_EQ(claims.HolderOf("GPU-1"), nullptr);
  EXPECT_EQ(*claims.HolderOf("GPU-2"), "a");
}

}  // namespace
}  // namespace gpuscaler::fleet
