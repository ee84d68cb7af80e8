#include "fleet/turned_away.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

TEST(TurnedAway, IsToldForAsLongAsNodesTryAgainAndABit) {
  TurnedAway turned_away;
  EXPECT_TRUE(turned_away.Lately(kNow).ok()) << "nobody was";
  turned_away.Note(kNow);
  EXPECT_EQ(turned_away.Lately(kNow + Seconds(15)).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(turned_away.Lately(kNow))),
              testing::HasSubstr("--max-nodes or --max-memory-mib"));
  EXPECT_TRUE(turned_away.Lately(kNow + Seconds(15.001)).ok());
  turned_away.Note(kNow + Seconds(20));
  EXPECT_FALSE(turned_away.Lately(kNow + Seconds(35)).ok());
}

}  // namespace
}  // namespace gpuscaler::fleet
