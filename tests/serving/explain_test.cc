#include "serving/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "scaling/node_maker.h"
#include "serving/decision_message.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

using decision::v1::Decision;
using scaling::NodeMaker;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Metadata = std::vector<std::pair<std::string, std::string>>;

// Two nodes: three replicas of llm at work, one that warms; a batch job's GPU that is
// stale, and one that is lost.
class ExplainTest : public testing::Test {
 protected:
  ExplainTest() {
    NodeMaker a("node-a");
    const std::string a0 = a.Gpu(90);
    const std::string a1 = a.Gpu(50);
    const std::string a2 = a.Gpu(1);
    a.Pod("llm-7d9c8b5f4d-22222", {a0}).Pod("llm-7d9c8b5f4d-x2b4k", {a1});
    a.Pod("llm-7d9c8b5f4d-zzzzz", {a2}, Seconds(20), false);
    a.Pod("loading-7d9c8b5f4d-zzzzz", {a.Gpu(0)}, Seconds(5), false);
    NodeMaker b("node-b");
    const std::string b0 = b.Gpu(70);
    const std::string b1 = b.Gpu(33, Seconds(60));
    const std::string b2 = b.Gpu(99);
    b.Pod("llm-7d9c8b5f4d-44444", {b0}).Pod("train-x2b4k", {b1}).Pod("one", {b2}).Pod("two", {b2});
    b.Gpu(12);
    b.Lose(3);
    telemetry::Batch batch;
    for (NodeMaker* node : {&a, &b}) {
      batch.snapshots.push_back(std::make_shared<const telemetry::Snapshot>(node->Make()));
    }
    store_.Publish(std::move(batch));
  }

  static externalscaler::ScaledObjectRef Object(const Metadata& metadata) {
    externalscaler::ScaledObjectRef object = MakeObject(metadata);
    object.set_namespace_("ns");
    return object;
  }
  Decision Ask(const Metadata& metadata, decision::v1::ExplainRequest request = {},
               base::SteadyTime now = kNow) {
    *request.mutable_object() = Object(metadata);
    const auto decision = Explain(request, context_, now, kWall, false);
    EXPECT_TRUE(decision && decision->ok());
    return **decision;
  }
  absl::StatusOr<externalscaler::GetMetricsResponse> Metrics(const Metadata& metadata,
                                                             base::SteadyTime now = kNow) {
    externalscaler::GetMetricsRequest request;
    *request.mutable_scaledobjectref() = Object(metadata);
    const auto spec = GetMetricSpec(request.scaledobjectref());
    if (!spec.ok()) return spec.status();
    request.set_metricname(spec->metricspecs(0).metricname());
    return *GetMetrics(request, context_, now);
  }
  static std::vector<std::string> Steps(const Decision& decision) {
    return {decision.explanation().steps().begin(), decision.explanation().steps().end()};
  }

  static constexpr base::WallTime kWall{std::chrono::seconds(1'769'860'800)};
  telemetry::Store store_;
  ValueWindows windows_;
  LastSigns signs_;
  IdleSpells spells_;
  Decisions decisions_;
  const Role role_ = NodeRole(store_, Seconds(10));
  const ScalerContext context_{store_, windows_, signs_, spells_, {}, role_, nullptr, &decisions_};
};

TEST_F(ExplainTest, SaysWhatKedaIsToldForEveryTrigger) {
  const Metadata rows[] = {
      {},
      {{"aggregation", "avg"}},
      {{"aggregation", "sum"}},  // one of its terms is stale
      {{"aggregation", "p95"}, {"hpaMetricType", "Value"}},
      {{"gpuIndex", "1"}},
      {{"gpuIndex", "9"}},
      {{"profile", "training"}},
      {{"metricType", "power_draw"}, {"targetValue", "300"}},
      {{"minCoveragePercent", "100"}},
      {{"window", "60"}},
      {{"window", "60"}, {"aggregation", "min"}},
      {{"workload", "deployment/llm"}},
      {{"workload", "deployment/llm"}, {"hpaMetricType", "Value"}},
      {{"workload", "deployment/llm"}, {"aggregation", "max"}, {"groupBy", "pod"}},
      {{"workload", "deployment/llm"}, {"minCoveragePercent", "100"}},
      {{"workload", "deployment/llm"}, {"window", "30"}},
      {{"workload", "deployment/loading"}},
      {{"workload", "deployment/other"}},
      {{"workload", "job/train"}},
      {{"workload", "pods/one"}},
      {{"workload", "pods/one"}, {"sharedGpus", "whole"}},
      {{"vllmEndpoint", "http://vllm:8000"}, {"profile", "vllm-inflight"}, {"targetValue", "9"}},
      {{"targetValue", "eighty"}},
      {{"agregation", "max"}},
  };
  size_t values = 0;
  size_t errors = 0;
  for (const base::SteadyTime now : {kNow, kNow + Seconds(5), kNow + Seconds(11)}) {
    for (const Metadata& metadata : rows) {
      std::string text;
      for (const auto& [key, value] : metadata) base::StrAppend(&text, key, "=", value, " ");
      SCOPED_TRACE(text);
      // Before and after KEDA's question: a look keeps nothing, and sees what is kept.
      const Decision before = Ask(metadata, {}, now);
      const auto metrics = Metrics(metadata, now);
      const auto active = *IsActive(Object(metadata), context_, now);
      const Decision after = Ask(metadata, {}, now);
      for (const Decision& decision : {before, after}) {
        ASSERT_EQ(decision.has_value(), metrics.ok()) << metrics.status();
        ASSERT_EQ(decision.has_active(), active.ok()) << active.status();
        EXPECT_EQ(decision.has_error(), !metrics.ok());
        if (metrics.ok()) {
          ++values;
          EXPECT_EQ(decision.value(), metrics->metricvalues(0).metricvaluefloat());
          EXPECT_EQ(decision.metric_name(), metrics->metricvalues(0).metricname());
          EXPECT_EQ(decision.active(), active->result());
        } else {
          ++errors;
          EXPECT_EQ(decision.error().code(), absl::StatusCodeToString(metrics.status().code()));
          EXPECT_EQ(decision.error().message(), std::string(base::Message(metrics.status())));
        }
      }
    }
  }
  EXPECT_GE(values, 60u);
  EXPECT_GT(errors, 40u);
}

TEST_F(ExplainTest, ALookKeepsNothing) {
  Ask({{"window", "60"}});
  EXPECT_EQ(windows_.size(), 0u);
  EXPECT_EQ(decisions_.Count(kNow).total, 0u);
}

TEST_F(ExplainTest, AWindowIsExplainedByWhatItIsMadeOf) {
  const Metadata metadata = {{"window", "60"}, {"aggregation", "max"}};
  EXPECT_THAT(Steps(Ask(metadata)),
              Contains("of the window of 1m nothing is known yet: it begins when KEDA asks"));
  ASSERT_TRUE(Metrics(metadata).ok());
  NodeMaker quiet("node-b");
  quiet.Gpu(10);
  store_.Publish(std::make_shared<const telemetry::Snapshot>(quiet.Make()));
  const Decision decision = Ask(metadata, {}, kNow + Seconds(1));
  EXPECT_EQ(decision.value(), 94.5) << "99 a second ago, 90 now";
  EXPECT_EQ(decision.explanation().newest_value(), 90);
  EXPECT_EQ(decision.explanation().window_seconds(), 60);
  EXPECT_THAT(Steps(decision),
              Contains("over the window of 1m it was 94.5 on average, which is what is reported"));
  EXPECT_FALSE(Ask({}).explanation().has_window_seconds());
}

TEST_F(ExplainTest, AWorkloadIsExplainedByItsReplicasAndTheirGpus) {
  const Decision decision = Ask({{"workload", "deployment/llm"}, {"targetValue", "80"}});
  EXPECT_EQ(decision.namespace_(), "ns");
  EXPECT_EQ(decision.name(), "inference");
  EXPECT_EQ(decision.metric(), "gpu_utilization");
  EXPECT_EQ(decision.unit(), "%");
  EXPECT_EQ(decision.aggregation(), "avg");
  EXPECT_EQ(decision.target(), 80);
  EXPECT_EQ(decision.hpa_metric_type(), "AverageValue");
  EXPECT_EQ(decision.workload(), "deployment/llm in namespace ns");
  EXPECT_EQ(decision.value(), 210);  // (90 + 50 + 70) / 3 x 3
  EXPECT_EQ(decision.replicas().fresh(), 3u);
  EXPECT_EQ(decision.replicas().warming(), 1u);
  EXPECT_EQ(decision.replicas().missing(), 0u);
  const decision::v1::Explanation& why = decision.explanation();
  EXPECT_EQ(why.evaluated_at().seconds(), 1'769'860'800);
  EXPECT_EQ(why.aggregate(), 70);
  EXPECT_EQ(why.gpus_counted(), 3u);
  EXPECT_EQ(why.gpus_left_out(), 1u);
  ASSERT_EQ(why.gpus_size(), 4);
  EXPECT_TRUE(why.gpus(0).counted());
  EXPECT_EQ(why.gpus(0).pod(), "llm-7d9c8b5f4d-22222");
  EXPECT_EQ(why.gpus(0).value(), 90);
  EXPECT_EQ(why.gpus(0).reason(), "");
  EXPECT_FALSE(why.gpus(3).counted());
  EXPECT_EQ(why.gpus(3).uuid(), "node-a-2");
  EXPECT_EQ(why.gpus(3).reason(), "its replica is warming");
  ASSERT_EQ(why.replicas_size(), 4);
  EXPECT_EQ(why.replicas(3).name(), "llm-7d9c8b5f4d-zzzzz");
  EXPECT_EQ(why.replicas(3).state(), "warming");
  EXPECT_THAT(why.replicas(3).nodes(), ElementsAre("node-a"));
  EXPECT_THAT(Steps(decision), Contains("times 3 replicas, for HPA divides by the target alone"));
  EXPECT_THAT(Steps(decision), Not(Contains(StartsWith("GPU "))))
      << "these are fields of their own";
  EXPECT_EQ(why.hpa().current_replicas(), 4u) << "the warming one runs too";
  EXPECT_EQ(why.hpa().desired_replicas(), 3u);
}

TEST_F(ExplainTest, OfAnErrorThereIsWhatWasFoundOutBefore) {
  const Decision decision = Ask({{"workload", "job/train"}});
  EXPECT_FALSE(decision.has_value());
  EXPECT_FALSE(decision.has_active());
  EXPECT_EQ(decision.error().code(), "UNAVAILABLE");
  EXPECT_EQ(decision.replicas().missing(), 1u);
  const decision::v1::Explanation& why = decision.explanation();
  ASSERT_EQ(why.gpus_size(), 1);
  EXPECT_FALSE(why.gpus(0).counted());
  EXPECT_EQ(why.gpus(0).value(), 33) << "stale, and told";
  EXPECT_THAT(why.gpus(0).reason(), HasSubstr("60.0s old"));
  EXPECT_FALSE(why.has_aggregate());
  EXPECT_THAT(why.hpa().text(), HasSubstr("HPA keeps what runs"));
  EXPECT_FALSE(why.hpa().has_desired_replicas());
}

TEST_F(ExplainTest, AGpuWithoutAReadingHasNoValue) {
  const Decision decision = Ask({});
  bool lost = false;
  for (const decision::v1::GpuPart& gpu : decision.explanation().gpus()) {
    if (gpu.uuid() != "node-b-3") continue;
    lost = true;
    EXPECT_FALSE(gpu.has_value());
    EXPECT_THAT(gpu.reason(), HasSubstr("GPU is lost"));
  }
  EXPECT_TRUE(lost);
}

TEST_F(ExplainTest, TheListsAreBoundedAndThoseThatDoNotCountHaveTheirPlace) {
  std::vector<telemetry::GpuSnapshot> gpus;
  for (uint32_t i = 0; i < 200; ++i) {
    gpus.push_back(scaling::MakeGpu(i, catalog::Metric::kGpuUtilization, 50,
                                    i >= 150 ? Seconds(60) : Seconds(0)));
  }
  store_.Publish(
      std::make_shared<const telemetry::Snapshot>(scaling::MakeNode("node-a", std::move(gpus))));
  const auto listed = [this](uint32_t most) {
    decision::v1::ExplainRequest request;
    request.set_most_parts(most);
    const decision::v1::Explanation why = Ask({}, request).explanation();
    EXPECT_EQ(why.gpus_counted(), 152u);  // two of node-b
    EXPECT_EQ(why.gpus_left_out(), 52u);
    EXPECT_EQ(why.gpus_size() + static_cast<int>(why.gpus_not_listed()), 204);
    return why;
  };
  auto why = listed(0);
  EXPECT_EQ(why.gpus_size(), 64);
  EXPECT_TRUE(why.gpus(47).counted());
  EXPECT_FALSE(why.gpus(48).counted());
  EXPECT_EQ(listed(1000).gpus_size(), 204);
  EXPECT_EQ(listed(4'000'000'000).gpus_size(), 204);
  EXPECT_EQ(listed(4).gpus_size(), 4);
}

TEST_F(ExplainTest, TheReplicasMayBeGiven) {
  decision::v1::ExplainRequest request;
  request.set_current_replicas(1);
  const Decision decision = Ask({{"workload", "deployment/llm"}, {"targetValue", "20"}}, request);
  EXPECT_EQ(decision.explanation().hpa().current_replicas(), 1u);
  EXPECT_EQ(decision.explanation().hpa().desired_replicas(), 11u);
  EXPECT_EQ(decision.explanation().hpa().next_replicas(), 4u);
  EXPECT_FALSE(Ask({}).explanation().hpa().has_current_replicas());
}

// The pool of GPUs may be at zero, or a node of others silent.
TEST_F(ExplainTest, AWorkloadThatIsAwakeIsToldSoThoughThereIsNoValue) {
  const auto object = Object({{"workload", "job/train"},
                              {"activationEndpoint", "http://router:9090"},
                              {"activationMetric", "queue"}});
  const auto trigger = ReadTrigger(object);
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  engines::SignalView signal;
  signal.settled = true;
  signal.addresses = {{"10.0.0.1", absl::OkStatus(), kNow, 3.0}};
  absl::StatusOr<engines::SignalView> router = signal;
  scaling::EngineReadings readings;
  readings.activation = &router;
  const auto describe = [&] {
    const scaling::Findings findings =
        scaling::EvaluateInFull(*trigger, store_.Load(), kNow, {}, readings);
    return DescribeFindings({object, *trigger, findings, {}, {}, kListedParts, kWall});
  };
  const Decision awake = describe();
  EXPECT_EQ(awake.error().code(), "UNAVAILABLE");
  EXPECT_FALSE(awake.has_active_error());
  EXPECT_TRUE(awake.active());
  EXPECT_EQ(awake.explanation().active_because(), "queue exceeds 0");
  EXPECT_THAT(Steps(awake), ElementsAre(StartsWith("no value: "), "active: queue exceeds 0"));
  EXPECT_THAT(awake.explanation().hpa().text(), StartsWith("at 0 replicas KEDA starts one"));
  router = absl::FailedPreconditionError("no such series");
  const Decision unknown = describe();
  EXPECT_FALSE(unknown.has_active());
  EXPECT_EQ(unknown.error().code(), "UNAVAILABLE");
}

TEST_F(ExplainTest, AnErrorOfTheSignalIsToldBesideTheValue) {
  const auto object = Object({{"workload", "deployment/other"},
                              {"activationEndpoint", "http://router:9090"},
                              {"activationMetric", "queue"}});
  const auto trigger = ReadTrigger(object);
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  const absl::StatusOr<engines::SignalView> router = absl::FailedPreconditionError("no series");
  scaling::EngineReadings readings;
  readings.activation = &router;
  const scaling::Findings findings =
      scaling::EvaluateInFull(*trigger, store_.Load(), kNow, {}, readings);
  const Decision decision =
      DescribeFindings({object, *trigger, findings, {}, {}, kListedParts, kWall});
  EXPECT_FALSE(decision.has_error());
  EXPECT_TRUE(decision.has_value());
  EXPECT_FALSE(decision.has_active());
  EXPECT_EQ(decision.active_error().code(), "FAILED_PRECONDITION");
  EXPECT_EQ(decision.active_error().message(), "no series");
}

TEST_F(ExplainTest, AnEnginesAddressesAreItsReplicas) {
  const auto object = Object(
      {{"profile", "vllm-inflight"}, {"vllmEndpoint", "http://vllm:8000"}, {"targetValue", "20"}});
  const auto trigger = ReadTrigger(object);
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  engines::SignalView signal;
  signal.endpoint = "http://vllm:8000/metrics";
  signal.signal = "inflight of vllm";
  signal.settled = true;
  signal.once_resolved = true;
  signal.addresses = {{"10.0.0.1", absl::OkStatus(), kNow, 30.0},
                      {"10.0.0.2", absl::UnavailableError("connection refused"), std::nullopt,
                       absl::UnavailableError("")}};
  const absl::StatusOr<engines::SignalView> known = signal;
  scaling::EngineReadings readings;
  readings.metric = &known;
  const scaling::Findings findings =
      scaling::EvaluateInFull(*trigger, store_.Load(), kNow, {}, readings);
  const Decision decision =
      DescribeFindings({object, *trigger, findings, {}, {}, kListedParts, kWall});
  EXPECT_EQ(decision.endpoint(), "http://vllm:8000/metrics");
  EXPECT_EQ(decision.metric(), "inflight of vllm");
  EXPECT_EQ(decision.replicas().fresh(), 1u);
  EXPECT_EQ(decision.replicas().missing(), 1u);
  ASSERT_EQ(decision.explanation().addresses_size(), 2);
  EXPECT_EQ(decision.explanation().addresses(0).address(), "10.0.0.2");
  EXPECT_FALSE(decision.explanation().addresses(0).has_value());
  EXPECT_EQ(decision.explanation().addresses(0).reason(), "connection refused");
  EXPECT_EQ(decision.explanation().addresses(1).value(), 30);
  EXPECT_EQ(decision.explanation().gpus_size(), 0);
}

TEST_F(ExplainTest, AnEndpointIsToldWithoutTheValuesOfItsQuery) {
  const auto object = Object({{"profile", "vllm-inflight"},
                              {"vllmEndpointFromEnv", "http://vllm:8000/m?token=s3cret"},
                              {"targetValue", "20"}});
  const Decision decision = DescribeTrigger(object, ReadTrigger(object));
  EXPECT_EQ(decision.endpoint(), "http://vllm:8000/m?token=...");
}

TEST_F(ExplainTest, TheBoardHoldsWhatKedaWasTold) {
  const Metadata llm = {{"workload", "deployment/llm"}};
  ASSERT_TRUE(Metrics(llm).ok());
  ASSERT_TRUE(IsActive(Object(llm), context_, kNow)->ok());
  ASSERT_FALSE(Metrics({{"gpuIndex", "9"}}).ok());
  ASSERT_FALSE(IsActive(Object({{"targetValue", "eighty"}}), context_, kNow)->ok());
  const auto page = decisions_.List("ns", "inference", std::nullopt, 10, kNow);
  ASSERT_EQ(page.decisions.size(), 3u);
  EXPECT_EQ(page.decisions[0].value, 210);
  EXPECT_EQ(page.decisions[0].active, true);
  EXPECT_EQ(page.decisions[0].answers, 2u);
  const Decision answered = DescribeAnswered(page.decisions[0]);
  EXPECT_EQ(answered.explanation().hpa().desired_replicas(), 3u) << "ceil(210 / 80)";
  EXPECT_EQ(answered.explanation().steps_size(), 0);
  EXPECT_FALSE(DescribeAnswered(page.decisions[1]).has_explanation());
  EXPECT_EQ(page.decisions[1].status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(page.decisions[2].status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ExplainTest, WhileTheFleetIsNotKnownThatIsTheError) {
  Role role = role_;
  role.is_complete = [](base::SteadyTime) { return absl::UnavailableError("nodes still join"); };
  const ScalerContext context{store_, windows_, signs_, spells_, {}, role};
  decision::v1::ExplainRequest request;
  *request.mutable_object() = Object({});
  const auto decision = *Explain(request, context, kNow, kWall, false);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->error().message(), "nodes still join");
  EXPECT_EQ(decision->metric(), "gpu_utilization");
  EXPECT_EQ(decision->explanation().gpus_size(), 0);
}

}  // namespace
}  // namespace gpuscaler::serving
