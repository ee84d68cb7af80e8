#include "serving/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;
using testing::StartsWith;

std::string Text(const Freshness& freshness) {
  EXPECT_EQ(freshness.status.code(), absl::StatusCode::kUnavailable);
  return std::string(base::Message(freshness.status));
}

TEST(FreshnessOf, EndsRightAfterTheLimit) {
  telemetry::Store store;
  Publish(store, {50}, kNow);
  const auto view = store.Load();
  EXPECT_TRUE(FreshnessOf(*view, kNow, Seconds(10)).status.ok());
  EXPECT_TRUE(FreshnessOf(*view, kNow + Seconds(10), Seconds(10)).status.ok());
  const Freshness stale = FreshnessOf(*view, kNow + Seconds(10.5), Seconds(10));
  EXPECT_THAT(Text(stale), StartsWith("node node-a: no fresh reading for 10.5s (limit 10s)"));
  EXPECT_EQ(stale.until, rpc::kNever);
  // Whoever looks again at `until` finds it stale.
  const base::SteadyTime until = FreshnessOf(*view, kNow, Seconds(10)).until;
  EXPECT_EQ(until, kNow + Seconds(10.001));
  EXPECT_FALSE(FreshnessOf(*view, until, Seconds(10)).status.ok());
}

TEST(FreshnessOf, NothingTriedAndNothingReadAreNotFresh) {
  EXPECT_THAT(Text(FreshnessOf({}, kNow, Seconds(10))), HasSubstr("no reading has arrived yet"));
  const auto silent = scaling::MakeView(
      {scaling::MakeSilentNode("node-a", absl::UnavailableError("cannot load the library"))});
  EXPECT_EQ(Text(FreshnessOf(*silent, kNow, Seconds(10))),
            "node node-a: no fresh reading yet: cannot load the library");
}

TEST(FreshnessOf, SaysWhyTheNewestAttemptFailed) {
  telemetry::Snapshot node = scaling::MakeNode("node-a", {});
  node.lane(catalog::Lane::kFast).status = absl::UnavailableError("the driver is gone");
  const auto view = scaling::MakeView({std::move(node)});
  EXPECT_TRUE(FreshnessOf(*view, kNow + Seconds(9), Seconds(10)).status.ok())
      << "the last reading is young enough";
  EXPECT_THAT(Text(FreshnessOf(*view, kNow + Seconds(12), Seconds(10))),
              HasSubstr("for 12.0s (limit 10s): the driver is gone"));
}

TEST(FreshnessOf, IsTheFastLanesAndEveryNodes) {
  telemetry::Store store;
  Publish(store, {50}, kNow, "node-a");
  Publish(store, {50}, kNow - Seconds(4), "node-b");
  EXPECT_EQ(FreshnessOf(*store.Load(), kNow, Seconds(10)).until, kNow + Seconds(6.001));
  EXPECT_THAT(Text(FreshnessOf(*store.Load(), kNow + Seconds(7), Seconds(10))),
              HasSubstr("node-b"));
  telemetry::Snapshot node = scaling::MakeNode("node-c", {});
  node.lane(catalog::Lane::kFull).sampled_at = {};
  node.lane(catalog::Lane::kBandwidth).sampled_at = {};
  EXPECT_TRUE(FreshnessOf(*scaling::MakeView({std::move(node)}), kNow, Seconds(10)).status.ok());
}

class HealthTest : public testing::Test {
 protected:
  HealthCheckResponse::ServingStatus Check(const std::string& service, base::SteadyTime now) {
    HealthCheckRequest request;
    request.set_service(service);
    const auto response = CheckHealth(request, context_, now);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->status() : HealthCheckResponse::UNKNOWN;
  }
  // What `feed` says at `now`; empty: nothing.
  static std::optional<HealthCheckResponse::ServingStatus> Next(HealthFeed& feed,
                                                                base::SteadyTime now) {
    const auto response = feed.Next(now);
    if (!response) return std::nullopt;
    return response->status();
  }

  telemetry::Store store_;
  bool draining_ = false;
  const std::vector<std::string> services_{"externalscaler.ExternalScaler",
                                           "grpc.health.v1.Health"};
  const Role role_ = NodeRole(store_, Seconds(10));
  const HealthContext context_{role_.readiness, services_, [this] { return draining_; }};
};

TEST_F(HealthTest, CheckFollowsTheAgeOfTheData) {
  for (const std::string service : {"", "externalscaler.ExternalScaler", "grpc.health.v1.Health"}) {
    EXPECT_EQ(Check(service, kNow), HealthCheckResponse::NOT_SERVING);
  }
  Publish(store_, {50}, kNow);
  for (const std::string service : {"", "externalscaler.ExternalScaler", "grpc.health.v1.Health"}) {
    EXPECT_EQ(Check(service, kNow + Seconds(10)), HealthCheckResponse::SERVING);
    EXPECT_EQ(Check(service, kNow + Seconds(10.1)), HealthCheckResponse::NOT_SERVING);
  }
  draining_ = true;
  EXPECT_EQ(Check("", kNow), HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthTest, CheckKnowsNoOtherService) {
  HealthCheckRequest request;
  request.set_service("externalscaler.Other" + std::string(1000, 'x'));
  const auto response = CheckHealth(request, context_, kNow);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(base::Message(response.status())), HasSubstr("externalscaler.Other"));
  EXPECT_LT(response.status().message().size(), 400u);
}

TEST_F(HealthTest, WatchSaysEachChangeAndWhenItWantsToLookAgain) {
  HealthFeed feed("", context_);
  EXPECT_EQ(Next(feed, kNow), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(feed.due(), rpc::kNever);
  Publish(store_, {50}, kNow);
  EXPECT_EQ(Next(feed, kNow), HealthCheckResponse::SERVING);
  EXPECT_EQ(feed.due(), kNow + Seconds(10.001));
  Publish(store_, {50}, kNow + Seconds(5));
  EXPECT_EQ(Next(feed, kNow + Seconds(5)), std::nullopt);
  EXPECT_EQ(feed.due(), kNow + Seconds(15.001));
  // No snapshot comes any more: at the due time it is over.
  EXPECT_EQ(Next(feed, feed.due()), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(feed.due(), rpc::kNever);
  Publish(store_, {50}, kNow + Seconds(20));
  EXPECT_EQ(Next(feed, kNow + Seconds(20)), HealthCheckResponse::SERVING);
  draining_ = true;
  EXPECT_EQ(Next(feed, kNow + Seconds(21)), HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthTest, WatchOfAnUnknownServiceSaysSoOnce) {
  Publish(store_, {50}, kNow);
  HealthFeed feed("nobody", context_);
  EXPECT_EQ(Next(feed, kNow), HealthCheckResponse::SERVICE_UNKNOWN);
  EXPECT_EQ(Next(feed, kNow + Seconds(1)), std::nullopt);
  EXPECT_EQ(feed.due(), rpc::kNever);
}

}  // namespace
}  // namespace gpuscaler::serving
