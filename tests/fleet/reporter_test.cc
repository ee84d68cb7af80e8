// A node's reports to real gateways over TCP.
#include "fleet/reporter.h"

#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>

#include "await.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "fleet/gateway.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

class ReporterTest : public testing::Test {
 protected:
  void Start(std::vector<GatewayName> gateways,
             decltype(Reporter::Options::resolve) resolve = Resolve) {
    Reporter::Options options;
    options.gateways = std::move(gateways);
    options.resolve = std::move(resolve);
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

// A name whose addresses come and go, as a headless Service's do.
TEST_F(ReporterTest, FollowsTheAddressesOfAName) {
  TestGateway one;
  auto other = std::make_unique<TestGateway>();
  const uint16_t other_port = other->port();
  base::Mutex mutex;
  absl::StatusOr<std::vector<GatewayAddress>> behind = std::vector<GatewayAddress>();
  size_t asked = 0;
  // Returns once that was looked up.
  const auto set = [&](absl::StatusOr<std::vector<GatewayAddress>> addresses) {
    size_t before = 0;
    {
      base::MutexLock lock(mutex);
      behind = std::move(addresses);
      before = asked;
    }
    return Await([&] {
      base::MutexLock lock(mutex);
      return asked >= before + 2;
    });
  };
  const auto at = [](uint16_t port) {
    return GatewayAddress{base::StrCat("ipv4:127.0.0.1:", port), "gateways"};
  };
  const auto gateways = [&](size_t count) {
    return Await([&, count] {
      Read(10);  // the count is as of the newest readings
      return reporter_->stats().gateways == count;
    });
  };
  Start({{"gateways", 6001}}, [&](const GatewayName&) {
    base::MutexLock lock(mutex);
    ++asked;
    return behind;
  });
  Read(10);
  ASSERT_TRUE(set({{at(one.port())}}));
  EXPECT_TRUE(Await([&] { return one.Utilization("a") == 10; }));
  // A second one comes; that it is told twice changes nothing.
  ASSERT_TRUE(set({{at(one.port()), at(other_port), at(other_port)}}));
  EXPECT_TRUE(Await([&] { return other->Utilization("a") == 10; }));
  EXPECT_TRUE(gateways(2));
  // The name vanishes: both are reported to as before.
  ASSERT_TRUE(set(absl::UnavailableError("no such name")));
  Read(20);
  EXPECT_TRUE(Await([&] { return one.Utilization("a") == 20 && other->Utilization("a") == 20; }));
  EXPECT_TRUE(gateways(2));
  // One leaves the name: its stream goes on while it lives, and is not opened again.
  ASSERT_TRUE(set({{at(one.port())}}));
  Read(30);
  EXPECT_TRUE(Await([&] { return other->Utilization("a") == 30; }));
  other.reset();
  EXPECT_TRUE(gateways(1));
  // And comes back.
  other = std::make_unique<TestGateway>(other_port);
  ASSERT_TRUE(set({{at(one.port()), at(other_port)}}));
  Read(40);
  EXPECT_TRUE(Await([&] { return one.Utilization("a") == 40 && other->Utilization("a") == 40; }));
  // It asks for what is of this test.
  EXPECT_TRUE(reporter_->StopWithin(std::chrono::seconds(10)));
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
