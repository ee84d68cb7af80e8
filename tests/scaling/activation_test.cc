#include "scaling/activation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "engines/exposition/absent_series.h"
#include "scaling/evaluation.h"
#include "scaling/explanation.h"
#include "scaling/node_maker.h"
#include "scaling/trigger.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using absl::StatusCode;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// A router's signal of `value` at each of its addresses, read `age` ago.
engines::SignalView Router(const std::vector<absl::StatusOr<double>>& values,
                           base::Duration age = {}) {
  engines::SignalView view;
  view.endpoint = "http://r:9090/metrics";
  view.signal = "waiting of llm-d";
  view.settled = view.once_resolved = true;
  for (const auto& value : values) {
    view.addresses.push_back(
        {"10.0.0.1", absl::OkStatus(), kNow - age, value, engines::IsAbsentSeries(value.status())});
  }
  return view;
}

class ActivationTest : public testing::Test {
 protected:
  ActivationTest() {
    trigger_ = *ParseTrigger(std::vector<MetadataEntry>{{"workload", "deployment/llm"},
                                                        {"activationEndpoint", "http://r:9090"},
                                                        {"activationMetric", "llm-d/waiting"},
                                                        {"activationMetricThreshold", "2"},
                                                        {"warmupSeconds", "60"}},
                             "ns");
    NodeMaker node("node-a");
    node.Gpu(0);
    view_ = MakeView({node.Make()});  // no pod of the workload anywhere
  }
  Findings Find(const absl::StatusOr<engines::SignalView>& router,
                std::optional<base::SteadyTime> last_sign = std::nullopt) {
    EngineReadings readings;
    readings.activation = &router;
    return EvaluateInFull(trigger_, view_, kNow, {}, readings, {last_sign, std::nullopt});
  }
  absl::StatusOr<Evaluation> Evaluate(const engines::SignalView& router,
                                      std::optional<base::SteadyTime> last_sign = std::nullopt) {
    const absl::StatusOr<engines::SignalView> signal = router;
    EngineReadings readings;
    readings.activation = &signal;
    return scaling::Evaluate(trigger_, view_, kNow, {}, readings, {last_sign, std::nullopt});
  }
  // A node of other workloads that has not been heard for so long.
  void AddSilentNode(base::Duration silence) {
    NodeMaker known("node-a");
    known.Gpu(0);
    NodeMaker silent("node-b");
    silent.Pod("batch-x2b4k", {silent.Gpu(99, silence)}).Listed(silence);
    view_ = MakeView({known.Make(), silent.Make()});
  }

  Trigger trigger_;
  std::shared_ptr<const telemetry::View> view_;
};

TEST_F(ActivationTest, IsTheSumOverTheRoutersAboveTheThreshold) {
  EXPECT_FALSE(Evaluate(Router({2.0}))->active) << "at the threshold it is not above it";
  const auto active = Evaluate(Router({2.0, 1.0}));
  EXPECT_TRUE(active->active);
  EXPECT_EQ(active->active_reason, ActiveReason::kActivationSignal);
  EXPECT_EQ(active->value, 0);
  EXPECT_THAT(Explain(trigger_, *active),
              testing::Contains(HasSubstr("waiting of llm-d exceeds 2")));
  EXPECT_TRUE(Evaluate(Router({absl::UnavailableError("x"), 3.0}))->active)
      << "one of two routers says so";
}

// Its queue may be the one in which somebody waits.
TEST_F(ActivationTest, WhatIsBelowTheThresholdIsInactiveOnlyOnceEveryRouterIsKnown) {
  engines::SignalView routers = Router({1.0, absl::UnavailableError("not yet")});
  EXPECT_THAT(std::string(base::Message(Find(routers).active_status)), HasSubstr("not yet"));
  routers.addresses[1].status = absl::UnavailableError("connection refused");
  routers.addresses[1].read_at = kNow - seconds(11);
  EXPECT_THAT(std::string(base::Message(Find(routers).active_status)),
              HasSubstr("connection refused"));
  routers = Router({1.0});
  routers.surplus = 3;
  EXPECT_EQ(Find(routers).active_status.code(), StatusCode::kResourceExhausted);
  routers.addresses[0].value = 3.0;
  EXPECT_TRUE(Find(routers).evaluation.active);
  routers = Router({1.0, absl::FailedPreconditionError("is there twice")});
  EXPECT_THAT(std::string(base::Message(Find(routers).active_status)), HasSubstr("twice"));
  // One through which no request has come has no series of it.
  routers = Router({1.0, engines::AbsentSeries("there is no series x")});
  EXPECT_TRUE(Find(routers).active_status.ok());
  EXPECT_FALSE(Find(routers).evaluation.active);
}

TEST_F(ActivationTest, HoldsForTheWarmUpWhileNoReplicaHasCome) {
  EXPECT_TRUE(Evaluate(Router({0.0}), kNow - seconds(60))->active);
  EXPECT_EQ(Evaluate(Router({0.0}), kNow - seconds(60))->active_reason,
            ActiveReason::kReplicaAwaited);
  EXPECT_FALSE(Evaluate(Router({0.0}), kNow - seconds(61))->active);
}

TEST_F(ActivationTest, AbsentIsAnErrorUnlessSomethingElseIsActive) {
  const auto absent = Find(Router({engines::AbsentSeries("there is no series x")}));
  EXPECT_EQ(absent.active_status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(absent.active_status)), HasSubstr("there is no series x"));
  EXPECT_EQ(Find(Router({3.0}, seconds(11))).active_status.code(), StatusCode::kUnavailable)
      << "an old sign is none";
  EXPECT_TRUE(Evaluate(Router({3.0}, seconds(10)))->active);
  trigger_.always_active = true;
  EXPECT_TRUE(Evaluate(Router({absl::FailedPreconditionError("x")}))->active);
}

TEST_F(ActivationTest, AnErrorOfTheSignalIsNoneOfTheValue) {
  NodeMaker node("node-a");
  node.Pod("llm-7d9c8b5f4d-x2b4k", {node.Gpu(0)});
  view_ = MakeView({node.Make()});
  const Findings findings = Find(absl::UnavailableError("connection refused"));
  EXPECT_TRUE(findings.value_status.ok()) << findings.value_status;
  EXPECT_EQ(findings.evaluation.value, 0);
  EXPECT_EQ(base::Message(findings.active_status), "connection refused");
  EXPECT_THAT(ExplainSteps(trigger_, findings),
              Contains("whether it is active is not known: connection refused"));
  trigger_.warmup = seconds(600);
  EXPECT_FALSE(Find(Router({0.0}), kNow - seconds(60)).evaluation.active)
      << "a replica is there: nothing is awaited";
}

// The pool is at zero, so nobody reports.
TEST_F(ActivationTest, WakesAWorkloadWhereThereIsNoNodeAtAll) {
  view_ = MakeView({});
  const Findings awake = Find(Router({5.0}));
  EXPECT_TRUE(awake.active_status.ok()) << awake.active_status;
  EXPECT_TRUE(awake.evaluation.active);
  EXPECT_TRUE(awake.value_status.ok()) << awake.value_status;
  EXPECT_EQ(awake.evaluation.value, 0) << "nobody has a replica";
  const Findings asleep = Find(Router({0.0}));
  EXPECT_TRUE(asleep.active_status.ok()) << asleep.active_status;
  EXPECT_FALSE(asleep.evaluation.active);
}

// Its replicas may be where nobody tells, so there is no value; that there is work is known.
TEST_F(ActivationTest, WakesAWorkloadThoughAnotherNodeIsSilent) {
  AddSilentNode(seconds(11));
  const Findings awake = Find(Router({5.0}));
  EXPECT_EQ(awake.value_status.code(), StatusCode::kUnavailable);
  ASSERT_TRUE(awake.active_status.ok()) << awake.active_status;
  EXPECT_TRUE(awake.evaluation.active);
  EXPECT_EQ(awake.evaluation.active_reason, ActiveReason::kActivationSignal);
  EXPECT_THAT(ExplainSteps(trigger_, awake),
              ElementsAre(HasSubstr("no value: no replica of deployment/llm"),
                          "active: waiting of llm-d exceeds 2"));
  const Findings awaited = Find(absl::UnavailableError("x"), kNow - seconds(60));
  ASSERT_TRUE(awaited.active_status.ok()) << awaited.active_status;
  EXPECT_EQ(awaited.evaluation.active_reason, ActiveReason::kReplicaAwaited);
}

TEST_F(ActivationTest, WithoutASignOfWorkAnErrorOfTheMetricIsOneOfTheActivity) {
  AddSilentNode(seconds(11));
  for (const absl::StatusOr<engines::SignalView>& router :
       {absl::StatusOr<engines::SignalView>(Router({2.0})),
        absl::StatusOr<engines::SignalView>(absl::FailedPreconditionError("x"))}) {
    const Findings findings = Find(router);
    EXPECT_EQ(findings.active_status.code(), StatusCode::kUnavailable);
    EXPECT_EQ(findings.active_status, findings.value_status);
    EXPECT_THAT(ExplainSteps(trigger_, findings),
                Contains("so whether it is active is not known either"));
  }
}

TEST_F(ActivationTest, OfAnEngineThatCannotBeReadWakesItToo) {
  trigger_.workload.reset();
  trigger_.engine = EngineMetric();
  EngineReadings readings;
  const absl::StatusOr<engines::SignalView> metric = absl::UnavailableError("no such host");
  const absl::StatusOr<engines::SignalView> router = Router({3.0});
  readings.metric = &metric;
  readings.activation = &router;
  const Findings findings = EvaluateInFull(trigger_, view_, kNow, {}, readings);
  EXPECT_EQ(base::Message(findings.value_status), "no such host");
  EXPECT_TRUE(findings.active_status.ok() && findings.evaluation.active);
}

TEST_F(ActivationTest, HasNoSayInAMetricThatIsActive) {
  NodeMaker node("node-a");
  node.Pod("llm-7d9c8b5f4d-x2b4k", {node.Gpu(50)});
  view_ = MakeView({node.Make()});
  const Findings findings = Find(absl::UnavailableError("x"));
  EXPECT_TRUE(findings.active_status.ok()) << findings.active_status;
  EXPECT_EQ(findings.evaluation.active_reason, ActiveReason::kGpuExceeds);
}

}  // namespace
}  // namespace gpuscaler::scaling
