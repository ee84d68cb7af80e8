// A workload's own GPUs on every node: three nodes and two gateways of the real
// binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "e2e/fleet_world.h"
#include "e2e/matchers.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

const Metadata kLlm = {{"workload", "deployment/llm"}};
const Metadata kChat = {{"workload", "deployment/chat"}};
const Metadata kBig = {{"workload", "leaderworkerset/big"}};

class Fleet : public testing::Test {
 protected:
  Fleet() {
    for (uint32_t i = 1; i <= 3; ++i) nodes_.push_back(std::make_unique<FleetNode>(i, 4));
    node(0).SetLoad({90, 10, 60, 80});
    node(0).Hold("llm-7d9c8b5f4d-x2b4k", {0});
    node(0).Hold("chat-6b5d7f9c8-zzzzz", {1});
    node(0).Hold("big-0", {2, 3});
    node(1).SetLoad({50, 30, 40, 20});
    node(1).Hold("llm-7d9c8b5f4d-zzzzz", {0});
    node(1).Hold("chat-6b5d7f9c8-x2b4k", {1});
    node(1).Hold("big-0-1", {2, 3});
    node(2).SetLoad({70, 99, 100, 60});  // 99 is nobody's
    node(2).Hold("llm-7d9c8b5f4d-22222", {0});
    node(2).Hold("big-1", {2});
    node(2).Hold("big-1-1", {3});
  }
  FleetNode& node(size_t i) { return *nodes_[i]; }

  void StartAll() {
    gateways_[0].Start();
    gateways_[1].Start();
    for (const auto& each : nodes_) each->Start(ReportTo());
    for (FleetGateway& gateway : gateways_) AwaitNodes(gateway, 3);
    for (FleetGateway& gateway : gateways_) ASSERT_TRUE(gateway.scaler().AwaitServing());
  }
  std::string ReportTo() const {
    return base::StrCat(gateways_[0].address(), ",dns:", gateways_[1].address());
  }
  void AwaitNodes(FleetGateway& gateway, double nodes) {
    Await([&] { return gateway.scaler().Sample("keda_gpu_scaler_fleet_open_streams") == nodes; });
  }
  void AwaitValue(FleetGateway& gateway, const Metadata& metadata, double value) {
    if (!Await([&] { return gateway.keda().Value(metadata).value_or(-1) == value; })) {
      ADD_FAILURE() << "wanted " << value << ", got " << gateway.keda().Value(metadata).status()
                    << " " << gateway.keda().Value(metadata).value_or(-1);
    }
  }

  std::vector<std::unique_ptr<FleetNode>> nodes_;
  FleetGateway gateways_[2];
};

TEST_F(Fleet, EachWorkloadIsAnsweredFromItsOwnGpusWhereverTheyAre) {
  StartAll();
  for (FleetGateway& gateway : gateways_) {
    AwaitValue(gateway, kLlm, 210);  // (90 + 50 + 70) / 3 x 3
    AwaitValue(gateway, kChat, 40);  // (10 + 30) / 2 x 2
    // Two groups, six GPUs: 360 / 6 x 2, not an average of averages.
    AwaitValue(gateway, kBig, 120);
    EXPECT_THAT(gateway.keda().Value({{"workload", "leaderworkerset/big"}, {"aggregation", "max"}}),
                Holds(200));
    EXPECT_THAT(gateway.keda().Value({{"workload", "deployment/other"}}), Holds(0));
    EXPECT_THAT(gateway.keda().Value({}), Holds(100)) << "every GPU of every node";
    EXPECT_THAT(gateway.keda().IsActive(kLlm), Holds(true));
  }
  // One node alone knows its own part only.
  EXPECT_THAT(node(0).scaler().keda().Value(kLlm), Holds(90));
  EXPECT_THAT(node(2).scaler().keda().Value(kChat), Holds(0));
}

TEST_F(Fleet, AChangeAnywhereReachesBothGatewaysAndTheOpenStream) {
  node(2).SetLoad({0, 0, 0, 0});
  node(0).SetLoad({0, 0, 0, 0});
  node(1).SetLoad({0, 0, 0, 0});
  StartAll();
  AwaitValue(gateways_[0], kLlm, 0);
  const auto stream = gateways_[0].keda().StreamIsActive(kLlm);
  ASSERT_EQ(stream->Read()->result(), false);
  node(1).nvml().gpu(0).SetUtilization(40, 0);
  EXPECT_EQ(stream->Read()->result(), true);
  for (FleetGateway& gateway : gateways_) AwaitValue(gateway, kLlm, 40);  // 40 / 3 x 3
}

TEST_F(Fleet, ANodeThatFallsSilentNeverMakesABusyWorkloadSmaller) {
  StartAll();
  AwaitValue(gateways_[0], kLlm, 210);
  node(2).scaler().child().Signal(SIGSTOP);
  // n = 2, a = 70, m = 1: S = 140 <= 80 x 2, so S + 80.
  AwaitValue(gateways_[0], kLlm, 220);
  AwaitValue(gateways_[1], kLlm, 220);
  EXPECT_THAT(gateways_[0].keda().IsActive(kLlm), Holds(true));
  AwaitValue(gateways_[0], kChat, 40);
  // The listing of pods may be younger than the readings.
  const Metadata other = {{"workload", "deployment/other"}};
  Await([&] { return !gateways_[0].keda().Value(other).ok(); });
  EXPECT_THAT(gateways_[0].keda().Value(other), FailsWith(StatusCode::kUnavailable, "node-3"))
      << "what runs on the silent node is not known, so nothing is zero";
  node(2).scaler().child().Signal(SIGCONT);
  for (FleetGateway& gateway : gateways_) AwaitValue(gateway, kLlm, 210);
}

TEST_F(Fleet, ANodeThatRestartsIsBackWithItsPods) {
  StartAll();
  AwaitValue(gateways_[0], kLlm, 210);
  const auto stream = gateways_[0].keda().StreamIsActive(kLlm);
  ASSERT_EQ(stream->Read()->result(), true);
  for (size_t i = 0; i < 3; ++i) {
    node(i).Stop();
    // Last known, then missing: never less than what runs.
    const auto value = gateways_[0].keda().Value(kLlm);
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_GE(*value, 210);
    node(i).Start(ReportTo());
    for (FleetGateway& gateway : gateways_) AwaitNodes(gateway, 3);
    for (FleetGateway& gateway : gateways_) AwaitValue(gateway, kLlm, 210);
  }
  EXPECT_THAT(gateways_[0].keda().IsActive(kLlm), Holds(true));
}

TEST_F(Fleet, AGatewayThatRestartsAnswersOnlyOnceItKnowsTheFleet) {
  StartAll();
  AwaitValue(gateways_[1], kLlm, 210);
  gateways_[1].Stop();
  EXPECT_THAT(gateways_[0].keda().Value(kLlm), Holds(210)) << "the other one serves on";
  gateways_[1].Start();
  // From the first answer on it is either none or the right one, and who is ready
  // answers.
  bool answered = false;
  Await([&] {
    const bool ready = gateways_[1].scaler().Probe("/readyz").status == 200;
    const auto value = gateways_[1].keda().Value(kLlm);
    if (!value.ok()) {
      EXPECT_EQ(value.status().code(), StatusCode::kUnavailable) << value.status();
      EXPECT_FALSE(answered || ready) << value.status();
      return false;
    }
    answered = true;
    EXPECT_EQ(*value, 210);
    return ready;
  });
}

TEST_F(Fleet, ASecondNodeOfAUsedNameIsRefusedAndTold) {
  StartAll();
  AwaitValue(gateways_[0], kLlm, 210);
  FleetNode impostor(4, 4, "node-1");
  impostor.SetLoad({1, 1, 1, 1});
  impostor.Start(ReportTo());
  Await([&] {
    return gateways_[0].scaler().Sample("keda_gpu_scaler_fleet_refused_streams_total") >= 1;
  });
  EXPECT_THAT(gateways_[0].keda().Value(kLlm), Holds(210));
  Await([&] {
    return impostor.scaler().child().Errors().find("node node-1 reports already") !=
           std::string::npos;
  });
  EXPECT_THAT(gateways_[0].scaler().child().Errors(), HasSubstr("a node's reports are refused"));
}

}  // namespace
}  // namespace gpuscaler::e2e
