// A node's reports to real gateways over TCP.
#include "fleet/reporter.h"

#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>

#include "await.h"
#include "fleet/gateway.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

class ReporterTest : public testing::Test {
 protected:
  void Start(std::vector<GatewayName> gateways) {
    Reporter::Options options;
    options.gateways = std::move(gateways);
    options.link.version = "1.0";
    options.link.credentials = [] { return grpc::InsecureChannelCredentials(); };
    reporter_ = std::make_unique<Reporter>(std::move(options), store_);
  }
  void Read(double utilization) {
    store_.Publish(Shared(MakeNode("a", {utilization}, base::Now(), ++sequence_)));
  }
  void TearDown() override { EXPECT_TRUE(reporter_->StopWithin(std::chrono::seconds(10))); }

  telemetry::Store store_;
  uint64_t sequence_ = 0;
  std::unique_ptr<Reporter> reporter_;
};

TEST_F(ReporterTest, EveryGatewayGetsTheNewestReadings) {
  TestGateway one;
  TestGateway other;
  Start({{"127.0.0.1", one.port()}, {"127.0.0.1", other.port()}, {"127.0.0.1", one.port()}});
  Read(10);
  EXPECT_TRUE(Await([&] { return one.Utilization("a") == 10 && other.Utilization("a") == 10; }));
  Read(20);
  EXPECT_TRUE(Await([&] { return one.Utilization("a") == 20 && other.Utilization("a") == 20; }));
  EXPECT_TRUE(Await([&] { return reporter_->stats().open == 2; }));
  EXPECT_EQ(reporter_->stats().gateways, 2u) << "an address that is named twice is one";
}

TEST_F(ReporterTest, ReportsThoughNothingChanges) {
  TestGateway gateway;
  Read(10);
  Start({{"127.0.0.1", gateway.port()}});
  EXPECT_TRUE(Await([&] { return gateway.collector().stats().reports >= 4; }));
}

TEST_F(ReporterTest, AGatewayThatComesBackIsFoundAgain) {
  auto gateway = std::make_unique<TestGateway>();
  const uint16_t port = gateway->port();
  Read(10);
  Start({{"127.0.0.1", port}});
  EXPECT_TRUE(Await([&] { return gateway->Utilization("a") == 10; }));
  gateway.reset();
  Read(30);
  EXPECT_TRUE(Await([&] { return reporter_->stats().open == 0; }));
  gateway = std::make_unique<TestGateway>(port);
  EXPECT_TRUE(Await([&] { return gateway->Utilization("a") == 30; }));
}

TEST_F(ReporterTest, AGatewayThatIsNotThereDisturbsNoOther) {
  TestGateway gateway;
  Read(10);
  // Nobody listens on port 1.
  Start({{"127.0.0.1", 1}, {"no-such-host.invalid", 6001}, {"127.0.0.1", gateway.port()}});
  EXPECT_TRUE(Await([&] { return gateway.Utilization("a") == 10; }));
  EXPECT_TRUE(Await([&] {
    Read(10);  // the count is as of the newest readings
    return reporter_->stats().failures > 1;
  }));
}

TEST_F(ReporterTest, AChangeOfAHotGpuIsReportedAtOnce) {
  TestGateway gateway;
  Read(0);
  Start({{"127.0.0.1", gateway.port()}});
  EXPECT_TRUE(Await([&] { return gateway.Utilization("a") == 0; }));
  const auto ten_changes = [&](int from) {
    const base::SteadyTime started = base::Now();
    for (int i = from; i < from + 10; ++i) {
      Read(i);
      EXPECT_TRUE(Await([&] { return gateway.Utilization("a") == i; }));
    }
    return base::Now() - started;
  };
  const base::Duration cold = ten_changes(10);  // each waits for its interval
  HotWait wait(gateway.hot());
  wait.For({{"a", "a-0"}});
  EXPECT_TRUE(Await([&] {
    const uint64_t before = reporter_->stats().reports;
    Read(50);
    Read(51);
    return gateway.Utilization("a") == 51 && reporter_->stats().reports >= before;
  }));
  EXPECT_LT(ten_changes(60), cold);
}

TEST_F(ReporterTest, SaysNothingBeforeTheGpusWereLookedFor) {
  TestGateway gateway;
  Start({{"127.0.0.1", gateway.port()}});
  telemetry::Snapshot first;
  first.node = "a";
  store_.Publish(Shared(first));
  EXPECT_TRUE(Await([&] { return reporter_->stats().gateways == 1; }));
  EXPECT_EQ(gateway.collector().stats().nodes, 0u);
  Read(5);
  EXPECT_TRUE(Await([&] { return gateway.Utilization("a") == 5; }));
}

}  // namespace
}  // namespace gpuscaler::fleet
