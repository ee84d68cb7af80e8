#include "serving/active_feed.h"

#include <gtest/gtest.h>

#include <vector>

#include "await.h"
#include "base/strings.h"
#include "engines/endpoint/ip_address.h"
#include "fakes/engines/fake_engine.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

engines::ScraperOptions OnLoopback() {
  engines::ScraperOptions options;
  options.allow = {*engines::IpRange::Parse("127.0.0.0/8")};
  options.period = std::chrono::milliseconds(20);
  return options;
}

class ActiveFeedTest : public testing::Test {
 protected:
  // What the feed says at `now`; empty: nothing.
  std::optional<bool> Next(base::SteadyTime now) {
    const auto response = feed_.Next(now);
    if (!response) return std::nullopt;
    return response->result();
  }

  telemetry::Store store_;
  ValueWindows windows_;
  const Role role_ = NodeRole(store_, Seconds(10));
  LastSigns signs_;
  IdleSpells spells_;
  const ScalerContext context_{store_, windows_, signs_, spells_, {Seconds(10)}, role_};
  std::vector<absl::Status> complaints_;
  ActiveFeed feed_{*ReadTrigger(MakeObject({{"pollIntervalSeconds", "60"}})), context_,
                   [this](const absl::Status& why) { complaints_.push_back(why); }};
};

TEST_F(ActiveFeedTest, SaysTheStateAtOnceAndEachChange) {
  Publish(store_, {0}, kNow);
  EXPECT_EQ(Next(kNow), false);
  EXPECT_EQ(Next(kNow + Seconds(1)), std::nullopt);
  Publish(store_, {5}, kNow + Seconds(2));
  EXPECT_EQ(Next(kNow + Seconds(2)), true);
  Publish(store_, {90}, kNow + Seconds(2.2));
  EXPECT_EQ(Next(kNow + Seconds(2.2)), std::nullopt);
  Publish(store_, {0}, kNow + Seconds(4));
  EXPECT_EQ(Next(kNow + Seconds(4)), false);
}

TEST_F(ActiveFeedTest, RepeatsTheStateAsAHeartbeat) {
  Publish(store_, {0}, kNow);
  EXPECT_EQ(Next(kNow), false);
  EXPECT_EQ(feed_.due(), kNow + Seconds(60));
  Publish(store_, {0}, kNow + Seconds(59));
  EXPECT_EQ(Next(kNow + Seconds(59.999)), std::nullopt);
  EXPECT_EQ(Next(kNow + Seconds(60)), false);
  EXPECT_EQ(feed_.due(), kNow + Seconds(120));
  // A change is a sign of life too.
  Publish(store_, {50}, kNow + Seconds(65));
  EXPECT_EQ(Next(kNow + Seconds(65)), true);
  Publish(store_, {0}, kNow + Seconds(65.125));
  EXPECT_EQ(Next(kNow + Seconds(65.125)), false);
  EXPECT_EQ(feed_.due(), kNow + Seconds(125.125));
}

TEST_F(ActiveFeedTest, RepeatsANewTrueSoonAndThenEverLater) {
  double at = 0;
  const auto say = [&] {
    Publish(store_, {50}, kNow + Seconds(at));
    return Next(kNow + Seconds(at));
  };
  EXPECT_EQ(say(), true);
  for (const double wait : {0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0}) {
    EXPECT_EQ(feed_.due(), kNow + Seconds(at + wait));
    at += wait;
    EXPECT_EQ(say(), true);
  }
}

TEST_F(ActiveFeedTest, SaysNothingWhileTheStateIsUnknownAndDoesNotSpin) {
  for (const double seconds : {0.0, 1.0, 60.0, 60.0, 200.0}) {
    EXPECT_EQ(Next(kNow + Seconds(seconds)), std::nullopt);
    EXPECT_GT(feed_.due(), kNow + Seconds(seconds));
  }
  Publish(store_, {0}, kNow + Seconds(201));
  EXPECT_EQ(Next(kNow + Seconds(201)), false);
}

TEST_F(ActiveFeedTest, ComplainsWhenTheStateIsNotKnownAndWithEachHeartbeat) {
  for (const double seconds : {0.0, 1.0, 59.0, 60.0, 61.0}) Next(kNow + Seconds(seconds));
  ASSERT_EQ(complaints_.size(), 2u);
  EXPECT_EQ(complaints_[0].code(), absl::StatusCode::kUnavailable);
  Publish(store_, {50}, kNow + Seconds(62));
  EXPECT_EQ(Next(kNow + Seconds(62)), true);
  EXPECT_EQ(complaints_.size(), 2u);
  EXPECT_EQ(Next(kNow + Seconds(80)), std::nullopt);
  EXPECT_EQ(complaints_.size(), 3u) << "it is not known any more";
}

TEST_F(ActiveFeedTest, RepeatsTheStateOnceTheDataIsBack) {
  Publish(store_, {50}, kNow);
  EXPECT_EQ(Next(kNow), true);
  EXPECT_EQ(Next(kNow + Seconds(11)), std::nullopt);
  Publish(store_, {50}, kNow + Seconds(12));
  EXPECT_EQ(Next(kNow + Seconds(12)), true);
  EXPECT_EQ(Next(kNow + Seconds(12.1)), std::nullopt);
  EXPECT_EQ(feed_.due(), kNow + Seconds(12.25)) << "it is as good as new";
}

// As a gateway's feeds say for which GPUs they wait.
class HotFeedTest : public ActiveFeedTest {
 protected:
  // Which GPUs of node-a are hot once one has said something of a view of idle ones.
  fleet::HotGpus::OfNode HotFor(const std::vector<std::pair<std::string, std::string>>& metadata) {
    Role role = NodeRole(store_, Seconds(10));
    role.hot = &hot_;
    const ScalerContext context{store_, windows_, signs_, spells_, {Seconds(10)}, role, &signals_};
    ActiveFeed feed(*ReadTrigger(MakeObject(metadata)), context, [](const absl::Status&) {});
    EXPECT_TRUE(Await([&] {
      Publish(store_, {0}, base::Now());
      return feed.Next(base::Now()).has_value();
    }));
    return hot_.Of("node-a");
  }

  fleet::HotGpus hot_{[] {}};
  fakes::FakeEngine engine_;
  engines::EngineSignals signals_{OnLoopback(), nullptr, [] {}};
};

TEST_F(HotFeedTest, WithoutAWorkloadAllGpusAreHot) {
  EXPECT_TRUE(HotFor({}).all);
}

// Else one of them would make the whole fleet report at once.
TEST_F(HotFeedTest, OfAnEnginesTriggerNoneIsHot) {
  engine_.Say("# TYPE queue gauge\nqueue 0\n");
  EXPECT_FALSE(HotFor({{"engine", "prometheus"},
                       {"engineEndpoint", base::StrCat("http://127.0.0.1:", engine_.port())},
                       {"engineMetric", "queue"},
                       {"targetValue", "10"}})
                   .any());
}

TEST_F(HotFeedTest, WhatIsActiveWaitsForNothing) {
  EXPECT_FALSE(HotFor({{"profile", "training"}}).any());
}

TEST(MetricSpecFeed, SaysTheSpecsOnceAndIsNeverDue) {
  MetricSpecFeed feed(*GetMetricSpec(MakeObject({{"targetValue", "70"}})));
  const auto specs = feed.Next(kNow);
  ASSERT_TRUE(specs.has_value());
  ASSERT_EQ(specs->metricspecs_size(), 1);
  EXPECT_EQ(specs->metricspecs(0).targetsizefloat(), 70);
  EXPECT_EQ(feed.due(), rpc::kNever);
  EXPECT_FALSE(feed.Next(kNow + Seconds(3600)).has_value());
}

TEST_F(ActiveFeedTest, AViewThatNobodyWaitsForIsLookedAtWithinHalfASecond) {
  Publish(store_, {0}, kNow);
  EXPECT_EQ(Next(kNow), false);
  const auto publish_calmly = [this](double utilization) {
    telemetry::GpuSnapshot gpu = scaling::MakeGpu(0);
    gpu.readings.Set(catalog::Metric::kGpuUtilization, utilization, kNow);
    telemetry::Batch batch;
    batch.snapshots = {
        std::make_shared<const telemetry::Snapshot>(scaling::MakeNode("node-a", {std::move(gpu)}))};
    batch.calm = true;
    store_.Publish(std::move(batch));
  };
  publish_calmly(50);
  EXPECT_EQ(Next(kNow + Seconds(0.1)), std::nullopt);
  EXPECT_GE(feed_.due(), kNow + Seconds(0.3));
  EXPECT_LE(feed_.due(), kNow + Seconds(0.5));
  EXPECT_EQ(Next(kNow + Seconds(0.5)), true);
  EXPECT_EQ(feed_.due(), kNow + Seconds(0.75)) << "nothing is passed over";
  publish_calmly(0);
  EXPECT_EQ(Next(kNow + Seconds(0.6)), std::nullopt);
  // One that somebody waits for brings the earlier one along.
  Publish(store_, {0}, kNow);
  EXPECT_EQ(Next(kNow + Seconds(0.7)), false);
}

}  // namespace
}  // namespace gpuscaler::serving
