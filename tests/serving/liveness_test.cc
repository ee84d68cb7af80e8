#include "serving/liveness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "scaling/views.h"

namespace gpuscaler::serving {
namespace {

using catalog::Lane;
using scaling::kNow;
using scaling::Seconds;
using testing::HasSubstr;

TEST(Alive, WhenNothingIsAmiss) {
  EXPECT_TRUE(Alive({}, kNow).ok());
}

TEST(Alive, AReadMayTakeThirtySecondsAndNoMore) {
  for (const auto& [lane, name] :
       {std::pair(Lane::kFast, "fast lane"), std::pair(Lane::kFull, "full lane"),
        std::pair(Lane::kBandwidth, "bandwidth lane")}) {
    LivenessFacts facts;
    facts.lane_busy_since[static_cast<size_t>(lane)] = kNow;
    EXPECT_TRUE(Alive(facts, kNow + Seconds(30)).ok());
    const absl::Status hangs = Alive(facts, kNow + Seconds(30.1));
    EXPECT_EQ(hangs.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(base::Message(hangs)), HasSubstr(name));
    EXPECT_THAT(std::string(base::Message(hangs)), HasSubstr("30.1s"));
  }
}

TEST(Alive, PassesOnWhatTheSourceAndTheSelfCheckSay) {
  LivenessFacts facts;
  facts.self_check = absl::UnavailableError("3 calls in a row failed");
  EXPECT_EQ(Alive(facts, kNow), facts.self_check);
  facts.source_fatal = absl::PermissionDeniedError("the device cgroup is lost");
  EXPECT_EQ(Alive(facts, kNow), facts.source_fatal);
}

}  // namespace
}  // namespace gpuscaler::serving
