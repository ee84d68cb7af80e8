// The metadata of triggers whose metric, or whose activation, engines tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "scaling/trigger.h"

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
      {{{"activationEndpoint", "http://r"}, {"activationMetric", "prometheus/waiting"}},
       "names no series: of prometheus give the series itself, like my_queue_length{queue=\"a\"}"},
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

}  // namespace
}  // namespace gpuscaler::scaling
