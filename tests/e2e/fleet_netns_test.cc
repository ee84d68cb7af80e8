// The fleet on a network that breaks: two gateways and three nodes of the real
// binary, each on a host of its own. Whatever happens, both gateways are asked all
// the time, and every answer must be one that was computed by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "base/time.h"
#include "e2e/fleet_world.h"
#include "e2e/gateway_watch.h"
#include "e2e/net_namespaces.h"

namespace gpuscaler::e2e {
namespace {

using std::chrono::seconds;

const Metadata kLlm = {{"workload", "deployment/llm"}};  // the target is 80
constexpr base::Duration kStaleAfter = seconds(3);       // fleet_world's

// One GPU on each node: 75, 50 and 70. Nobody missing: a = 65, S = 65 x 3. Else
// S <= 80 x n, so S + 80 x m, or S > 80 x n, so 80 x (n + m) at the least.
constexpr double kRight = 195;
constexpr double kWithoutNode3 = 205;  // 75 + 50 + 80
const std::set<double> kWithoutSome = {
    200,            // 50 + 70 + 80
    225,            // 75 + 70 + 80
    kWithoutNode3,  //
    235,            // 75 + 160
    210,            // 50 + 160
    230,            // 70 + 160
};
// What is watched a little longer than it takes to be right once.
constexpr seconds kSettle{1};

class FleetNetns : public testing::Test {
 protected:
  void SetUp() override {
    auto made = NetNamespaces::Make();
    if (!made.ok()) GTEST_SKIP() << base::Message(made.status());
    net_ = *std::move(made);
    for (int i = 0; i < 2; ++i) {
      gateway_hosts_.push_back(net_->AddHost(Side::kGateway));
      gateways_.push_back(
          std::make_unique<FleetGateway>(std::vector<std::string>(), gateway_hosts_.back()));
    }
    constexpr std::array<uint32_t, 3> kLoads = {75, 50, 70};
    constexpr std::array<const char*, 3> kPods = {"x2b4k", "zzzzz", "22222"};
    for (uint32_t i = 0; i < 3; ++i) {
      node_hosts_.push_back(net_->AddHost(Side::kNode));
      nodes_.push_back(std::make_unique<FleetNode>(i + 1, 2, "", node_hosts_.back()));
      nodes_.back()->SetLoad({kLoads[i], 0});
      nodes_.back()->Hold(base::StrCat("llm-7d9c8b5f4d-", kPods[i]), {0});
    }
    ASSERT_FALSE(HasFailure()) << "the network is not whole";
    for (const auto& gateway : gateways_) gateway->Start();
    for (const auto& node : nodes_) node->Start(ReportTo());
    for (const auto& gateway : gateways_) {
      ASSERT_TRUE(gateway->scaler().AwaitServing());
      ASSERT_TRUE(Await([&] { return gateway->keda().Value(kLlm).value_or(-1) == kRight; }));
    }
    for (size_t i = 0; i < 2; ++i) {
      watches_.push_back(std::make_unique<GatewayWatch>(gateways_[i]->scaler().ports().grpc,
                                                        gateway_hosts_[i].host, kLlm,
                                                        GatewayWatch::Allowed{{kRight}}));
    }
  }

  void TearDown() override {
    for (const auto& watch : watches_) {
      EXPECT_LE(base::ToSeconds(watch->longest_gap()), base::ToSeconds(kStaleAfter));
      for (const auto& [value, count] : watch->answers()) {
        std::printf("%zu answers of %g; ", count, value);
      }
      std::printf("longest gap %.3f s\n", base::ToSeconds(watch->longest_gap()));
    }
  }

  std::string ReportTo() const {
    return base::StrCat(gateways_[0]->address(), ",", gateways_[1]->address());
  }
  void Allow(const GatewayWatch::Allowed& allowed) {
    for (const auto& watch : watches_) watch->Allow(allowed);
  }
  // Until both say so.
  base::Duration AwaitValue(double value, base::SteadyTime since) {
    base::Duration longest = {};
    for (const auto& watch : watches_) {
      longest = std::max(longest, watch->AwaitValue(value, since) - since);
    }
    return longest;
  }
  static void Tell(const std::string& what, base::Duration took) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    RecordProperty(what + "_ms", std::to_string(ms));
    std::printf("%s: %lld ms\n", what.c_str(), static_cast<long long>(ms));
  }

  // SIGKILL, and a new process, which finds its pod at work with `load`. Until both
  // gateways know.
  void Restart(size_t i, uint32_t load, double right, double missing, double before) {
    Allow({{before, missing, right}});
    nodes_[i]->Kill();
    nodes_[i]->SetLoad({load, 0});
    const base::SteadyTime begun = base::Now();
    nodes_[i]->Start(ReportTo());
    Tell(base::StrCat("node_", i + 1, "_restarted"), AwaitValue(right, begun));
    Allow({{right}});
  }

  std::unique_ptr<NetNamespaces> net_;
  std::vector<Place> gateway_hosts_;
  std::vector<Place> node_hosts_;
  std::vector<std::unique_ptr<FleetGateway>> gateways_;
  std::vector<std::unique_ptr<FleetNode>> nodes_;
  std::vector<std::unique_ptr<GatewayWatch>> watches_;
};

TEST_F(FleetNetns, ANodeThatIsKilledAndStartedIsNeverMissed) {
  Restart(2, 73, 198, kWithoutNode3, kRight);
  std::this_thread::sleep_for(kSettle);
}

TEST_F(FleetNetns, AllNodesAreRolledOneAfterAnother) {
  Restart(0, 78, 198, 200, kRight);  // 78 + 50 + 70; 50 + 70 + 80
  Restart(1, 53, 201, 228, 198);     // 78 + 53 + 70; 78 + 70 + 80
  Restart(2, 73, 204, 211, 201);     // 78 + 53 + 73; 78 + 53 + 80
  std::this_thread::sleep_for(kSettle);
}

TEST_F(FleetNetns, WhileAGatewayRestartsTheOtherServesOn) {
  for (size_t i = 0; i < 2; ++i) {
    watches_[i]->Allow({{kRight}, true});
    if (i == 0) {
      gateways_[i]->Stop();
    } else {
      gateways_[i]->Kill();
    }
    const base::SteadyTime begun = base::Now();
    gateways_[i]->Start();
    const base::SteadyTime right = watches_[i]->AwaitValue(kRight, begun);
    Tell(base::StrCat("gateway_", i + 1, "_restarted"), right - begun);
    EXPECT_TRUE(gateways_[i]->scaler().AwaitServing());
    watches_[i]->Allow({{kRight}});
    std::this_thread::sleep_for(kSettle);
  }
}

struct CutCase {
  const char* name;
  HowCut how;
  seconds longer;  // than it takes until it shows
};

void PrintTo(const CutCase& cut, std::ostream* out) {
  *out << cut.name;
}

std::string NameOf(const testing::TestParamInfo<CutCase>& info) {
  return info.param.name;
}

class FleetNetnsNode : public FleetNetns, public testing::WithParamInterface<CutCase> {};

TEST_P(FleetNetnsNode, IsCutOffAndBack) {
  Allow({{kRight, kWithoutNode3}});
  const base::SteadyTime cut = base::Now();
  net_->Cut(node_hosts_[2], GetParam().how);
  Tell("noticed", AwaitValue(kWithoutNode3, cut));
  std::this_thread::sleep_for(GetParam().longer);
  const base::SteadyTime mended = base::Now();
  net_->Mend(node_hosts_[2], GetParam().how);
  Tell("recovered", AwaitValue(kRight, mended));
  Allow({{kRight}});
  std::this_thread::sleep_for(kSettle);
}

INSTANTIATE_TEST_SUITE_P(
    Cuts, FleetNetnsNode,
    testing::Values(CutCase{"UnpluggedBriefly", HowCut::kUnplugged, seconds(0)},
                    CutCase{"UnpluggedForLong", HowCut::kUnplugged, seconds(8)},
                    CutCase{"DroppedBriefly", HowCut::kDropped, seconds(0)},
                    // The connection is given up meanwhile, and others are tried.
                    CutCase{"DroppedForLong", HowCut::kDropped, seconds(8)}),
    NameOf);

class FleetNetnsGateway : public FleetNetns, public testing::WithParamInterface<CutCase> {};

TEST_P(FleetNetnsGateway, IsCutOffFromAllNodesAndBack) {
  GatewayWatch::Allowed allowed = {kWithoutSome, true};
  allowed.values.insert(kRight);
  watches_[1]->Allow(allowed);
  const base::SteadyTime cut = base::Now();
  net_->Cut(gateway_hosts_[1], GetParam().how);
  // Nothing is known any more, which is not zero.
  Tell("noticed", watches_[1]->AwaitUnavailable(cut) - cut);
  std::this_thread::sleep_for(GetParam().longer);
  const base::SteadyTime mended = base::Now();
  net_->Mend(gateway_hosts_[1], GetParam().how);
  Tell("recovered", watches_[1]->AwaitValue(kRight, mended) - mended);
  watches_[1]->Allow({{kRight}});
  std::this_thread::sleep_for(kSettle);
}

INSTANTIATE_TEST_SUITE_P(Cuts, FleetNetnsGateway,
                         testing::Values(CutCase{"Briefly", HowCut::kDroppedOfNodes, seconds(0)},
                                         CutCase{"ForLong", HowCut::kDroppedOfNodes, seconds(8)}),
                         NameOf);

}  // namespace
}  // namespace gpuscaler::e2e
