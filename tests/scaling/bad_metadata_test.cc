// What bad metadata gets: an error that names key, value and what is allowed.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

absl::Status ErrorOf(const std::vector<MetadataEntry>& metadata) {
  return ParseTrigger(metadata).status();
}

std::string MessageOf(const std::vector<MetadataEntry>& metadata) {
  const absl::Status status = ErrorOf(metadata);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

struct BadValue {
  const char* key;
  const char* value;
  const char* problem;  // as the message says it
  const char* allowed;
};

class BadValues : public testing::TestWithParam<BadValue> {};

TEST_P(BadValues, AreToldByKeyValueAndWhatIsAllowed) {
  const BadValue& of = GetParam();
  EXPECT_EQ(MessageOf({{of.key, of.value}}), std::string(of.key) + ": \"" + of.value + "\" " +
                                                 of.problem + "; allowed: " + of.allowed);
}

constexpr char kPlain[] = "is not a plain number (write it without unit, % or spaces)";
constexpr char kTarget[] =
    "a number from 0.001 to 10^12, for a percentage at most 100 unless aggregation or "
    "podAggregation is sum";
constexpr char kThreshold[] = "a number from 0 to 10^12";
constexpr char kIndex[] = "an integer from -1 (all GPUs) to 65535";
constexpr char kInterval[] = "an integer from 1 to 3600";
constexpr char kName[] = "1 to 253 letters, digits and _ . : -";
constexpr char kWindow[] = "seconds from 0 to 300, as a number or like 30s or 2m";
constexpr char kCoverage[] = "a number from 0 to 100";
constexpr char kWorkloads[] =
    "KIND/NAME with the kinds deployment, rollout, statefulset, daemonset, job, leaderworkerset, "
    "pods"
    " (pods/GLOB)";
constexpr char kShorthand[] =
    "a number from 0.001 to 100, with aggregation or podAggregation sum to 10^12";
constexpr char kAggregations[] = "max, min, avg, sum, p95, p99";
constexpr char kMetrics[] =
    "gpu_utilization, memory_utilization, memory_used_mib, memory_used_percent, temperature,"
    " power_draw, pcie_tx_kbps, pcie_rx_kbps, nvlink_tx_mbps, nvlink_rx_mbps, vllm_inflight,"
    " vllm_queue_depth, vllm_kv_cache_usage, triton_queue_wait_ms, triton_request_rate, "
    "sglang_inflight,"
    " tgi_inflight, tensorrt_llm_inflight; with engine: waiting, running, inflight, kv_usage,"
    " queue_wait_ms, request_rate";
constexpr char kProfiles[] =
    "vllm-inference, vllm-inflight, vllm-queue-depth, sglang-inflight, tgi-inflight,"
    " tensorrt-llm-inflight, triton-inference, triton-queue-wait,"
    " triton-request-rate, training, distributed-training, batch, ollama, tgi-inference";

INSTANTIATE_TEST_SUITE_P(
    Each, BadValues,
    testing::ValuesIn<BadValue>({
        {"targetValue", "", "is empty", kTarget},
        {"targetValue", "  ", "is empty", kTarget},
        {"targetValue", "eighty", kPlain, kTarget},
        {"targetValue", "80%", kPlain, kTarget},
        {"targetValue", "80 W", kPlain, kTarget},
        {"targetValue", "0x50", kPlain, kTarget},
        {"targetValue", "80,5", kPlain, kTarget},
        {"targetValue", "NaN", "is not a finite number", kTarget},
        {"targetValue", "Inf", "is not a finite number", kTarget},
        {"targetValue", "-inf", "is not a finite number", kTarget},
        {"targetValue", "1e999", "is out of range", kTarget},
        {"targetValue", "0", "is out of range", kTarget},
        {"targetValue", "-5", "is out of range", kTarget},
        {"targetValue", "0.0009", "is out of range", kTarget},
        {"targetValue", "1.1e12", "is out of range", kTarget},
        {"targetGpuUtilization", "0", "is out of range", kShorthand},
        {"targetGpuUtilization", "80%", kPlain, kShorthand},
        {"targetMemoryUtilization", "-1", "is out of range", kShorthand},
        {"targetMemoryUtilization", "nan", "is not a finite number", kShorthand},
        {"activationThreshold", "", "is empty", kThreshold},
        {"activationThreshold", "-1", "is out of range", kThreshold},
        {"activationThreshold", "inf", "is not a finite number", kThreshold},
        {"activationThreshold", "5%", kPlain, kThreshold},
        {"gpuIndex", "-2", "is out of range", kIndex},
        {"gpuIndex", "65536", "is out of range", kIndex},
        {"gpuIndex", "4294967296", "is out of range", kIndex},
        {"gpuIndex", "0.5", "is not a plain integer", kIndex},
        {"gpuIndex", "all", "is not a plain integer", kIndex},
        {"pollIntervalSeconds", "0", "is out of range", kInterval},
        {"pollIntervalSeconds", "3601", "is out of range", kInterval},
        {"pollIntervalSeconds", "-10", "is out of range", kInterval},
        {"pollIntervalSeconds", "10s", "is not a plain integer", kInterval},
        {"metricName", "", "is empty", kName},
        {"metricName", "a b", "is not a metric name", kName},
        {"metricName", "a/b", "is not a metric name", kName},
        {"metricName", "50%", "is not a metric name", kName},
        {"hpaMetricType", "value", "is not a metric type of a trigger", "AverageValue or Value"},
        {"hpaMetricType", "Utilization", "is not a metric type of a trigger",
         "AverageValue or Value"},
        {"window", "-1", "is out of range", kWindow},
        {"window", "301", "is out of range", kWindow},
        {"window", "6m", "is out of range", kWindow},
        {"window", "-5s", "is out of range", kWindow},
        {"window", "1h", "is out of range", kWindow},
        {"window", "nan", "is not a finite number", kWindow},
        {"window", "soon", kPlain, kWindow},
        {"minCoveragePercent", "100.1", "is out of range", kCoverage},
        {"minCoveragePercent", "-1", "is out of range", kCoverage},
        {"minCoveragePercent", "50%", kPlain, kCoverage},
        {"aggregation", "mean", "is not an aggregation", kAggregations},
        {"aggregation", "MAX", "is not an aggregation", kAggregations},
        {"aggregation", "", "is empty", kAggregations},
        {"metricType", "gpu_util", "is not a metric", kMetrics},
        {"metricType", "memory_total_mib", "does not change with load, so nothing can scale on it",
         kMetrics},
        {"profile", "vllm", "is not a profile", kProfiles},
        {"profile", "Training", "is not a profile", kProfiles},
        {"warmupSeconds", "-1", "is out of range", "a number from 0 to 86400"},
        {"groupBy", "node", "is not one of its values", "gpu or pod"},
        {"podAggregation", "median", "is not an aggregation", kAggregations},
        {"sharedGpus", "half", "is not one of its values", "error or whole"},
        {"activationMetricThreshold", "nan", "is not a finite number", kThreshold},
        {"workload", "", "is empty", kWorkloads},
        {"workload", "llm", "has no \"/\"", kWorkloads},
        {"workload", "replicaset/llm", "is of no kind that is known", kWorkloads},
        {"workload", "Deployment/llm", "is of no kind that is known", kWorkloads},
        {"workload", "deployment/", "has no name of 1 to 253 characters", kWorkloads},
        {"workload", "deployment/a/b", "has no name that Kubernetes allows", kWorkloads},
        {"workload", "deployment/llm-*", "has no name that Kubernetes allows", kWorkloads},
        {"engineEndpoint", "", "is empty", "a URL, http://NAME:PORT or with a path"},
    }));

TEST(BadMetadata, SuggestsTheKeyThatAMisspellingMeant) {
  EXPECT_EQ(MessageOf({{"targetvalue", "80"}}),
            "unknown key \"targetvalue\"; its value is not shown; did you mean targetValue?");
  EXPECT_THAT(MessageOf({{"aggregations", "max"}}), HasSubstr("did you mean aggregation?"));
  EXPECT_THAT(MessageOf({{"scalarAddress", "x"}}), HasSubstr("did you mean scalerAddress?"));
  EXPECT_THAT(MessageOf({{"query", "x"}}), HasSubstr("the keys are profile, metricType, "));
  EXPECT_THAT(MessageOf({{"", "x"}}), HasSubstr("unknown key \"\"; "));
}

TEST(BadMetadata, OfAPercentageTargetAbove100SaysWhyItIsOutOfReach) {
  EXPECT_EQ(MessageOf({{"targetValue", "101"}, {"aggregation", "avg"}}),
            "targetValue: \"101\" is above 100%, which avg of gpu_utilization never exceeds;"
            " allowed: 0.001 to 100, or more with aggregation or podAggregation sum");
  EXPECT_THAT(MessageOf({{"targetMemoryUtilization", "100.001"}}),
              AllOf(StartsWith("targetMemoryUtilization: \"100.001\""),
                    HasSubstr("max of memory_used_percent")));
}

TEST(BadMetadata, OfAPercentageThresholdAbove100SaysWhyItIsOutOfReach) {
  EXPECT_EQ(MessageOf({{"activationThreshold", "100.5"}}),
            "activationThreshold: \"100.5\" is above 100%, which max of gpu_utilization never "
            "exceeds; allowed: 0 to 100, or more with aggregation or podAggregation sum");
  EXPECT_TRUE(ParseTrigger(std::vector<MetadataEntry>{{"activationThreshold", "100"}}).ok());
  EXPECT_TRUE(ParseTrigger(std::vector<MetadataEntry>{{"activationThreshold", "150"},
                                                      {"aggregation", "sum"}})
                  .ok());
}

TEST(BadMetadata, OfContradictionsNamesBothKeys) {
  EXPECT_THAT(MessageOf({{"targetGpuUtilization", "70"}, {"targetMemoryUtilization", "70"}}),
              AllOf(HasSubstr("targetGpuUtilization"), HasSubstr("targetMemoryUtilization")));
  EXPECT_THAT(MessageOf({{"targetGpuUtilization", "70"}, {"metricType", "power_draw"}}),
              AllOf(HasSubstr("targetGpuUtilization"), HasSubstr("metricType is \"power_draw\"")));
  EXPECT_THAT(MessageOf({{"targetMemoryUtilization", "70"}, {"metricType", "gpu_utilization"}}),
              AllOf(HasSubstr("targetMemoryUtilization"), HasSubstr("metricType")));
  EXPECT_EQ(MessageOf({{"targetGpuUtilization", "70"}, {"targetValue", "80"}}),
            "targetGpuUtilization is 70, but targetValue is 80; give one of them");
  EXPECT_THAT(MessageOf({{"targetValue", "70"}, {"targetValueFromEnv", "70"}}),
              AllOf(HasSubstr("targetValue is given twice"), HasSubstr("targetValueFromEnv")));
  EXPECT_THAT(MessageOf({{"gpuIndex", "1"}, {"gpuIndex", "1"}}),
              HasSubstr("gpuIndex is given twice"));
}

TEST(BadMetadata, OfSeveralFaultsTellsTheSameOneWhateverTheOrder) {
  const MetadataEntry a = {"aggregation", "mean"};
  const MetadataEntry b = {"window", "soon"};
  EXPECT_EQ(MessageOf({a, b}), MessageOf({b, a}));
}

TEST(BadMetadata, OfTenThousandKeysSaysHowMany) {
  std::vector<std::string> keys;
  for (int i = 0; i < 10000; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<MetadataEntry> metadata;
  for (const std::string& key : keys) metadata.push_back({key, "1"});
  EXPECT_EQ(MessageOf(metadata), "the trigger has 10000 metadata keys; at most 64 are allowed");
}

TEST(BadMetadata, MayHaveSixtyFourKeysAndNoMore) {
  std::vector<std::string> keys;
  for (int i = 0; i < 65; ++i) keys.push_back("scalerAddress");
  std::vector<MetadataEntry> metadata;
  for (const std::string& key : keys) metadata.push_back({key, "1"});
  EXPECT_THAT(MessageOf(metadata), HasSubstr("has 65 metadata keys"));
  metadata.pop_back();
  EXPECT_TRUE(ErrorOf(metadata).ok());
}

TEST(BadMetadata, OfAHugeValueOrKeySaysHowLongAndEchoesLittle) {
  const std::string huge(1 << 20, 'x');
  EXPECT_EQ(MessageOf({{"targetValue", huge}}),
            "the value of \"targetValue\" has 1048576 bytes; at most 4096 are allowed");
  const std::string message = MessageOf({{huge, "1"}});
  EXPECT_THAT(message, HasSubstr("has 1048576 bytes; at most 4096 are allowed"));
  EXPECT_LT(message.size(), 200U);
}

TEST(BadMetadata, MayHave16KibibytesInAll) {
  const std::string longest(4096, 'x');
  EXPECT_EQ(MessageOf({{"caCert", longest},
                       {"tlsClientCert", longest},
                       {"tlsClientKey", longest},
                       {"scalerAddress", longest}}),
            "the trigger's metadata has 16428 bytes; at most 16384 are allowed");
}

TEST(BadMetadata, MayHaveValuesOf4096Bytes) {
  const std::string longest(4096, 'x');
  const std::string longer(4097, 'x');
  EXPECT_TRUE(ErrorOf({{"caCert", longest}}).ok());
  EXPECT_FALSE(ErrorOf({{"caCert", longer}}).ok());
  const std::string message = MessageOf({{"targetValue", longest}});
  EXPECT_THAT(message, AllOf(HasSubstr("... (4096 bytes)"), Not(HasSubstr(std::string(65, 'x')))));
}

TEST(BadMetadata, ThatIsNoUtf8IsMadePrintable) {
  EXPECT_THAT(MessageOf({{"targetValue", "8\xff\x00"}}),
              StartsWith("targetValue: \"8\xEF\xBF\xBD\" is not a plain number"));
  EXPECT_THAT(MessageOf({{"\xc3\x28", "1"}}), HasSubstr("unknown key \"\xEF\xBF\xBD(\""));
  EXPECT_THAT(MessageOf({{"targetValue", "8\n0"}}), StartsWith("targetValue: \"8\\u000a0\""));
}

TEST(WorkloadMetadata, MeansNothingWithoutAWorkload) {
  EXPECT_EQ(
      MessageOf({{"warmupSeconds", "60"}}),
      "warmupSeconds needs workload or activationEndpoint: without it all GPUs in view count");
  EXPECT_THAT(MessageOf({{"groupBy", "pod"}}), StartsWith("groupBy: pod needs workload"));
  EXPECT_THAT(MessageOf({{"sharedGpus", "whole"}}), StartsWith("sharedGpus needs workload"));
  EXPECT_EQ(MessageOf({{"podAggregation", "max"}, {"workload", "job/train"}}),
            "podAggregation needs groupBy: pod");
  EXPECT_THAT(MessageOf({{"workload", "job/train"}}), HasSubstr("namespace is empty"));
}

// An index would leave some of its pods' GPUs out, and those pods would pass for missing.
TEST(WorkloadMetadata, DoesNotGoWithAnIndex) {
  EXPECT_EQ(MessageOf({{"workload", "job/train"}, {"gpuIndex", "0"}}),
            "gpuIndex: \"0\" does not go with workload: the GPUs that count are those that its pods"
            " hold, whatever their index; leave gpuIndex out, or workload");
  EXPECT_THAT(MessageOf({{"workload", "job/train"}, {"gpuIndex", "-1"}}),
              HasSubstr("namespace is empty"));
}

}  // namespace
}  // namespace gpuscaler::scaling
