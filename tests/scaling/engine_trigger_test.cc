// Triggers whose metric, or whose activation, engines tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "scaling/activation.h"
#include "scaling/explanation.h"
#include "scaling/trigger.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using absl::StatusCode;
using catalog::Aggregation;
using std::chrono::seconds;
using testing::HasSubstr;

absl::StatusOr<Trigger> Parse(const std::vector<MetadataEntry>& metadata) {
  return ParseTrigger(metadata, "default");
}

struct Served {
  std::string name;
  std::vector<MetadataEntry> metadata;
  std::string url, signal;
  double target;
  Aggregation aggregation;
};

TEST(EngineTrigger, IsServedByEachOfItsForms) {
  const std::vector<Served> rows = {
      {"general",
       {{"engine", "sglang"},
        {"engineEndpoint", "http://s:30000"},
        {"metricType", "inflight"},
        {"targetValue", "20"}},
       "http://s:30000/metrics",
       "inflight of sglang",
       20,
       Aggregation::kSum},
      {"the engine's own path",
       {{"engine", "tensorrt-llm"},
        {"engineEndpoint", "http://t:8000"},
        {"metricType", "kv_usage"}},
       "http://t:8000/prometheus/metrics",
       "kv_usage of tensorrt-llm",
       80,
       Aggregation::kAvg},
      {"a path of the trigger",
       {{"engine", "vllm"},
        {"engineEndpoint", "http://v:1/x?y=z"},
        {"metricType", "waiting"},
        {"targetValue", "1"}},
       "http://v:1/x?y=z",
       "waiting of vllm",
       1,
       Aggregation::kSum},
      {"metric and endpoint",
       {{"metricType", "vllm_queue_depth"},
        {"vllmEndpoint", "http://v:8000"},
        {"targetValue", "4"}},
       "http://v:8000/metrics",
       "waiting of vllm",
       4,
       Aggregation::kSum},
      {"profile",
       {{"profile", "triton-request-rate"}, {"tritonEndpoint", "http://t:8002"}},
       "http://t:8002/metrics",
       "request_rate of triton",
       50,
       Aggregation::kSum},
      {"profile that has two metrics",
       {{"profile", "vllm-inference"}, {"vllmEndpoint", "http://v"}},
       "http://v:80/metrics",
       "kv_usage of vllm",
       80,
       Aggregation::kAvg},
      {"the same by the general keys",
       {{"profile", "vllm-inference"}, {"engine", "vllm"}, {"engineEndpoint", "http://v"}},
       "http://v:80/metrics",
       "kv_usage of vllm",
       80,
       Aggregation::kAvg},
      {"any series",
       {{"engine", "prometheus"},
        {"engineEndpoint", "http://p:9/m"},
        {"engineMetric", "jobs{queue=\"a\"}"},
        {"targetValue", "3"}},
       "http://p:9/m",
       "jobs{queue=\"a\"}",
       3,
       Aggregation::kSum},
      {"its rate, at most",
       {{"engine", "prometheus"},
        {"engineEndpoint", "http://p:9/m"},
        {"engineMetric", "rate(jobs_total)"},
        {"targetValue", "3"},
        {"aggregation", "max"}},
       "http://p:9/m",
       "rate(jobs_total)",
       3,
       Aggregation::kMax}};
  for (const Served& row : rows) {
    const auto trigger = Parse(row.metadata);
    ASSERT_TRUE(trigger.ok()) << row.name << ": " << trigger.status();
    ASSERT_TRUE(trigger->engine) << row.name;
    EXPECT_EQ(trigger->engine->source.endpoint.ToUrl(), row.url) << row.name;
    EXPECT_EQ(trigger->engine->source.signal->name, row.signal) << row.name;
    EXPECT_EQ(trigger->target, row.target) << row.name;
    EXPECT_EQ(trigger->aggregation, row.aggregation) << row.name;
  }
}

struct Refused {
  std::vector<MetadataEntry> metadata;
  std::string says;
};

TEST(EngineTrigger, OfKeysThatDoNotFitIsRefused) {
  const std::vector<Refused> rows = {
      {{{"engine", "vlm"}}, "is not an engine"},
      {{{"engine", "vllm"}}, "which is read from GPUs"},
      {{{"vllmEndpoint", "http://v"}, {"metricType", "gpu_utilization"}}, "leave vllmEndpoint out"},
      {{{"metricType", "waiting"}, {"targetValue", "1"}}, "needs engine"},
      {{{"metricType", "waiting"}, {"engine", "vllm"}, {"targetValue", "1"}},
       "give engineEndpoint, where its metrics are, like http://NAME.NAMESPACE.svc:8000/metrics"},
      {{{"metricType", "waiting"}, {"engine", "vllm"}, {"engineEndpoint", "http://v"}},
       "targetValue must be given for waiting of vllm (in requests)"},
      {{{"metricType", "running"}, {"engine", "dynamo"}, {"engineEndpoint", "http://d"}},
       "engine dynamo does not tell running; it tells "},
      {{{"metricType", "vllm_inflight"},
        {"engine", "sglang"},
        {"engineEndpoint", "http://s"},
        {"targetValue", "1"}},
       "is of vllm, but engine is sglang"},
      {{{"metricType", "vllm_inflight"}, {"tritonEndpoint", "http://t"}, {"targetValue", "1"}},
       "is of vllm, but tritonEndpoint is given"},
      {{{"vllmEndpoint", "http://v"}, {"tritonEndpoint", "http://t"}}, "are both given"},
      {{{"engine", "prometheus"}, {"engineEndpoint", "http://p"}, {"metricType", "waiting"}},
       "needs engineMetric"},
      {{{"engine", "vllm"},
        {"engineEndpoint", "http://v"},
        {"engineMetric", "x"},
        {"targetValue", "1"}},
       "goes with engine: prometheus"},
      {{{"engine", "prometheus"}, {"engineEndpoint", "http://p"}, {"engineMetric", "x{"}},
       "is no series: column"},
      {{{"metricType", "waiting"}, {"engine", "vllm"}, {"engineEndpoint", "ftp://v"}},
       "begins with neither http:// nor https://"},
      {{{"metricType", "waiting"}, {"engine", "vllm"}, {"engineEndpoint", "http://u:p@v"}},
       "engineEndpoint: "},
      {{{"metricType", "waiting"},
        {"engine", "vllm"},
        {"engineEndpoint", "http://v"},
        {"targetValue", "1"},
        {"workload", "deployment/v"}},
       "leave workload out"},
      {{{"metricType", "kv_usage"},
        {"engine", "vllm"},
        {"engineEndpoint", "http://v"},
        {"targetValue", "120"}},
       "is above 100%"},
      {{{"targetGpuUtilization", "60"}, {"metricType", "waiting"}, {"engine", "vllm"}},
       "targetGpuUtilization means metricType gpu_utilization"},
      {{{"activationEndpoint", "http://r"}}, "activationEndpoint needs activationMetric"},
      {{{"activationMetric", "x"}}, "activationMetric needs activationEndpoint"},
      {{{"activationMetricThreshold", "1"}}, "needs activationEndpoint"},
      {{{"activationEndpoint", "http://r"}, {"activationMetric", "nobody/waiting"}},
       "names no engine"},
      {{{"activationEndpoint", "http://r"}, {"activationMetric", "dynamo/running"}},
       "names nothing that dynamo tells"}};
  for (const Refused& row : rows) {
    const absl::Status status = Parse(row.metadata).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << row.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.says));
  }
}

TEST(EngineTrigger, ActivationTakesARowOfTheCatalogASeriesOrARate) {
  const struct {
    std::string metric, signal, url;
  } rows[] = {
      {"llm-d/waiting", "waiting of llm-d", "http://r:9090/metrics"},
      {"tensorrt-llm/waiting", "waiting of tensorrt-llm", "http://r:9090/prometheus/metrics"},
      {"pending{path=\"a/b\"}", "pending{path=\"a/b\"}", "http://r:9090/metrics"},
      {"rate(requests_total)", "rate(requests_total)", "http://r:9090/metrics"}};
  for (const auto& row : rows) {
    const auto trigger = Parse({{"activationEndpoint", "http://r:9090"},
                                {"activationMetric", row.metric},
                                {"activationMetricThreshold", "2"},
                                {"warmupSeconds", "60"}});
    ASSERT_TRUE(trigger.ok()) << trigger.status();
    ASSERT_TRUE(trigger->activation);
    EXPECT_EQ(trigger->activation->source.signal->name, row.signal);
    EXPECT_EQ(trigger->activation->source.endpoint.ToUrl(), row.url);
    EXPECT_EQ(trigger->activation->threshold, 2);
    EXPECT_EQ(trigger->warmup, seconds(60));
  }
}

// A router's signal of `value` at each of its addresses, read `age` ago.
engines::SignalView Router(const std::vector<absl::StatusOr<double>>& values,
                           base::Duration age = {}) {
  engines::SignalView view;
  view.endpoint = "http://r:9090/metrics";
  view.signal = "waiting of llm-d";
  view.settled = view.once_resolved = true;
  for (const auto& value : values) {
    view.addresses.push_back({"10.0.0.1", absl::OkStatus(), kNow - age, value});
  }
  return view;
}

class ActivationTest : public testing::Test {
 protected:
  ActivationTest() {
    trigger_ = *Parse({{"workload", "deployment/llm"},
                       {"activationEndpoint", "http://r:9090"},
                       {"activationMetric", "llm-d/waiting"},
                       {"activationMetricThreshold", "2"},
                       {"warmupSeconds", "60"}});
    telemetry::Snapshot node = MakeNode("node-a", {MakeGpu(0)});
    auto ownership = std::make_shared<telemetry::Ownership>();
    ownership->listed_at = kNow;
    node.ownership = std::move(ownership);
    view_ = MakeView({std::move(node)});  // no pod of the workload anywhere
  }
  absl::StatusOr<Evaluation> Evaluate(const engines::SignalView& router,
                                      std::optional<base::SteadyTime> last_sign = std::nullopt) {
    const absl::StatusOr<engines::SignalView> signal = router;
    EngineReadings readings;
    readings.activation = &signal;
    return scaling::Evaluate(trigger_, view_, kNow, {}, readings, {last_sign, std::nullopt});
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

TEST_F(ActivationTest, HoldsForTheWarmUpWhileNoReplicaHasCome) {
  EXPECT_TRUE(Evaluate(Router({0.0}), kNow - seconds(60))->active);
  EXPECT_EQ(Evaluate(Router({0.0}), kNow - seconds(60))->active_reason,
            ActiveReason::kReplicaAwaited);
  EXPECT_FALSE(Evaluate(Router({0.0}), kNow - seconds(61))->active);
}

TEST_F(ActivationTest, AbsentIsAnErrorUnlessSomethingElseIsActive) {
  const auto absent = Evaluate(Router({absl::FailedPreconditionError("there is no series x")}));
  EXPECT_EQ(absent.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(absent.status())), HasSubstr("there is no series x"));
  EXPECT_EQ(Evaluate(Router({3.0}, seconds(11))).status().code(), StatusCode::kUnavailable)
      << "an old sign is none";
  EXPECT_TRUE(Evaluate(Router({3.0}, seconds(10)))->active);
  trigger_.always_active = true;
  EXPECT_TRUE(Evaluate(Router({absl::FailedPreconditionError("x")}))->active);
}

}  // namespace
}  // namespace gpuscaler::scaling
