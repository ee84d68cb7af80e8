// A gateway that is full: three nodes of the real binary on one address, one on another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "e2e/fleet_world.h"
#include "e2e/gateway_watch.h"
#include "e2e/net_namespaces.h"

namespace gpuscaler::e2e {
namespace {

using testing::HasSubstr;

const Metadata kMany = {{"workload", "deployment/many"}};
const Metadata kFew = {{"workload", "deployment/few"}};

class FleetFull : public testing::Test {
 protected:
  void SetUp() override {
    auto made = NetNamespaces::Make();
    if (!made.ok()) GTEST_SKIP() << base::Message(made.status());
    net_ = *std::move(made);
    const Place gateway_host = net_->AddHost(Side::kGateway);
    gateway_ =
        std::make_unique<FleetGateway>(std::vector<std::string>{"--max-nodes=3"}, gateway_host);
    const Place shared = net_->AddHost(Side::kNode);
    const Place alone = net_->AddHost(Side::kNode);
    ASSERT_FALSE(HasFailure()) << "the network is not whole";
    gateway_->Start();
    // One after another, so that it is known which came last.
    StartNode(shared, 75, "many-7d9c8b5f4d-x2b4k");
    ASSERT_TRUE(AwaitValue(kMany, 75));
    StartNode(shared, 50, "many-7d9c8b5f4d-zzzzz");
    ASSERT_TRUE(AwaitValue(kMany, 75 + 50));
    StartNode(shared, 70, "many-7d9c8b5f4d-22222");
    ASSERT_TRUE(AwaitValue(kMany, 75 + 50 + 70));
    watch_ = std::make_unique<GatewayWatch>(gateway_->scaler().ports().grpc, gateway_host.host,
                                            kMany, GatewayWatch::Allowed{{195}, true});
    StartNode(alone, 60, "few-7d9c8b5f4d-x2b4k");
  }

  // One GPU, which the pod holds.
  void StartNode(const Place& host, uint32_t load, const std::string& pod) {
    nodes_.push_back(
        std::make_unique<FleetNode>(static_cast<uint32_t>(nodes_.size() + 1), 1, "", host));
    nodes_.back()->SetLoad({load});
    nodes_.back()->Hold(pod, {0});
    nodes_.back()->Start(gateway_->address());
  }
  bool AwaitValue(const Metadata& of, double value) {
    return Await([&] { return gateway_->keda().Value(of).value_or(-1) == value; },
                 std::chrono::seconds(60));
  }
  std::string ErrorOf(const Metadata& of) {
    const auto value = gateway_->keda().Value(of);
    return value.ok() ? base::StrCat(*value) : std::string(base::Message(value.status()));
  }

  std::unique_ptr<NetNamespaces> net_;
  std::unique_ptr<FleetGateway> gateway_;
  std::vector<std::unique_ptr<FleetNode>> nodes_;
  std::unique_ptr<GatewayWatch> watch_;
};

TEST_F(FleetFull, TakesTheNodeOfAnotherAddressAndGivesNoValueWhileItDoesNotKnowAll) {
  for (const Metadata& of : {kMany, kFew}) {
    EXPECT_TRUE(Await([&] { return ErrorOf(of).find("--max-nodes") != std::string::npos; }))
        << ErrorOf(of);
  }
  EXPECT_THAT(ErrorOf(kMany), HasSubstr("is full and turns nodes away"));
  // The third had to leave, and tries again and again.
  watch_->Allow({{125}, true});
  nodes_[2]->Stop();
  EXPECT_TRUE(AwaitValue(kMany, 125)) << "75 and 50: all that there is";
  EXPECT_TRUE(AwaitValue(kFew, 60));
}

}  // namespace
}  // namespace gpuscaler::e2e
