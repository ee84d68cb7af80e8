// What may be a secret is in no refusal: they are logged, and shown by the API.
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scaling/metadata_key.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string MessageOf(const std::vector<MetadataEntry>& metadata) {
  const absl::Status status = ParseTrigger(metadata).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

TEST(SecretMetadata, OfAnUnknownKeyIsNotTold) {
  for (const char* key : {"password", "apiTokenFromEnv", "targetVlaue", "tlsClientKeyy", ""}) {
    EXPECT_THAT(MessageOf({{key, "hunter2"}}),
                AllOf(HasSubstr("its value is not shown"), Not(HasSubstr("hunter2"))));
  }
}

TEST(SecretMetadata, FromTheEnvironmentIsNotToldWhateverTheKeyAndTheFault) {
  const char* const values[] = {"hunter2",
                                "http://user:hunter2@vllm",
                                "http://hunter2!/m",
                                "http://vllm:hunter2/m",
                                "vllm/hunter2",
                                "hunter2/waiting",
                                "hunter2(x)",
                                "q{hunter2=",
                                "deployment/hunter2!",
                                "hunter2\n"};
  for (const KeyDoc& doc : KeyDocs()) {
    const std::string key = base::StrCat(doc.key, "FromEnv");
    for (const char* value : values) {
      const absl::Status status = ParseTrigger(std::vector<MetadataEntry>{{key, value}}).status();
      EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2"))) << key;
    }
  }
}

TEST(SecretMetadata, FromTheEnvironmentGetsTheKeyWhatIsWrongAndWhatIsAllowed) {
  EXPECT_EQ(MessageOf({{"gpuIndexFromEnv", "x"}}),
            "gpuIndexFromEnv: what it resolved to is not a plain integer; its value is not shown; "
            "allowed: an integer from -1 (all GPUs) to 65535");
  EXPECT_EQ(MessageOf({{"engineEndpointFromEnv", "http://user:hunter2@vllm"}}),
            "engineEndpointFromEnv: what it resolved to cannot be used; its value is not shown; "
            "allowed: a URL, http://NAME:PORT or with a path");
  EXPECT_THAT(MessageOf({{"windowFromEnv", ""}}), HasSubstr("what it resolved to is empty"));
}

TEST(SecretMetadata, FromTheEnvironmentIsNotToldWhereKeysDoNotGoTogether) {
  EXPECT_EQ(MessageOf({{"targetValueFromEnv", "8642"}}),
            "targetValue: its value, which is not shown, is above 100%, which max of "
            "gpu_utilization never exceeds; allowed: 0.001 to 100, or more with aggregation or "
            "podAggregation sum");
  EXPECT_THAT(MessageOf({{"activationThresholdFromEnv", "8642"}}), Not(HasSubstr("8642")));
  EXPECT_EQ(MessageOf({{"targetGpuUtilization", "70"}, {"targetValueFromEnv", "86.42"}}),
            "targetGpuUtilization and targetValue are both given, and differ; give one of them");
  EXPECT_THAT(MessageOf({{"engine", "prometheus"},
                         {"engineEndpoint", "http://q"},
                         {"engineMetricFromEnv", "queue{tenant=\"hunter2\"}"}}),
              StartsWith("targetValue must be given for the series of engineMetricFromEnv"));
}

TEST(SecretMetadata, OfAnEndpointIsNotToldEvenIfItIsGivenLiterally) {
  EXPECT_THAT(MessageOf({{"engineEndpoint", "http://user:hunter2@vllm/m?token=hunter2"}}),
              AllOf(StartsWith("engineEndpoint: \"http://vllm/m?token=...\" cannot be used: "),
                    Not(HasSubstr("hunter2"))));
  for (const char* url :
       {"http://user:hunter2/x@vllm", "user:hunter2@vllm", "http://vllm:x/m?hunter2"}) {
    EXPECT_THAT(MessageOf({{"vllmEndpoint", url}}), Not(HasSubstr("hunter2"))) << url;
  }
}

TEST(LiteralMetadata, IsTold) {
  EXPECT_THAT(MessageOf({{"targetValue", "eighty"}}), StartsWith("targetValue: \"eighty\" "));
  EXPECT_THAT(MessageOf({{"engineEndpoint", "http://vllm:x"}}),
              StartsWith("engineEndpoint: \"http://vllm:x\" cannot be used: "));
}

}  // namespace
}  // namespace gpuscaler::scaling
