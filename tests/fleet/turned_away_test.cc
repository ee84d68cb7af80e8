#include "fleet/turned_away.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

TEST(TurnedAway, IsToldUntilTheLastThatIsKnownOf) {
  TurnedAway turned_away;
  EXPECT_TRUE(turned_away.At(kNow).ok()) << "nobody was";
  turned_away.Note(kNow + Seconds(15));
  EXPECT_EQ(turned_away.At(kNow + Seconds(15)).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(turned_away.At(kNow))),
              testing::HasSubstr("--max-nodes or --max-memory-mib"));
  EXPECT_TRUE(turned_away.At(kNow + Seconds(15.001)).ok());
  turned_away.Note(kNow + Seconds(900));
  turned_away.Note(kNow + Seconds(35));
  EXPECT_FALSE(turned_away.At(kNow + Seconds(900)).ok()) << "the other one is still away";
}

}  // namespace
}  // namespace gpuscaler::fleet
