#include "web/name_filter.h"

#include <gtest/gtest.h>

namespace gpuscaler::web {
namespace {

TEST(NameFilter, LetsPassWhatHoldsThePartInAnyCase) {
  for (const char* part : {"", "n", "NODE-1", "de-1", "node-17", "7"}) {
    EXPECT_TRUE(NameFilter(part).Passes("node-17")) << part;
  }
  for (const char* part : {"node-18", "node-177", "17-", " ", "*"}) {
    EXPECT_FALSE(NameFilter(part).Passes("node-17")) << part;
  }
  EXPECT_TRUE(NameFilter("").Passes(""));
  EXPECT_FALSE(NameFilter("a").Passes(""));
  EXPECT_TRUE(NameFilter("KÖLN").Passes("kÖln")) << "letters outside ASCII as they are";
}

}  // namespace
}  // namespace gpuscaler::web
