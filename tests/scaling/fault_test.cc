#include "scaling/fault.h"

#include <vector>

#include "gtest/gtest.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {
namespace {

TEST(Fault, IsKnownByKindAndKey) {
  const struct {
    std::vector<MetadataEntry> metadata;
    FaultKind kind;
    std::string_view key;
  } rows[] = {
      {{{"agregation", "avg"}}, FaultKind::kUnknownKey, "agregation"},
      {{{"window", "forever"}}, FaultKind::kValue, "window"},
      {{{"targetValueFromEnv", "much"}}, FaultKind::kValue, "targetValueFromEnv"},
      {{{"targetValue", "101"}}, FaultKind::kReach, "targetValue"},
      {{{"targetGpuUtilization", "101"}}, FaultKind::kReach, "targetGpuUtilization"},
      {{{"activationThreshold", "101"}}, FaultKind::kReach, "activationThreshold"},
      {{{"metricType", "power_draw"}}, FaultKind::kTogether, "targetValue"},
      {{{"groupBy", "pod"}}, FaultKind::kTogether, "groupBy"},
      {{{"window", "5"}, {"windowFromEnv", "5"}}, FaultKind::kTogether, "window"},
      {{{"activationMetric", "up"}}, FaultKind::kTogether, "activationMetric"},
      {{{"metricType", "inflight"}}, FaultKind::kTogether, "metricType"},
      {{{"profile", "vllm-inflight"}, {"targetValue", "5"}}, FaultKind::kTogether, "profile"},
  };
  for (const auto& row : rows) {
    const auto trigger = ParseTrigger(row.metadata);
    ASSERT_FALSE(trigger.ok()) << row.key;
    EXPECT_EQ(trigger.status().code(), absl::StatusCode::kInvalidArgument);
    const Fault fault = FaultOf(trigger.status());
    EXPECT_EQ(fault.kind, row.kind) << trigger.status();
    EXPECT_EQ(fault.key, row.key) << trigger.status();
  }
}

TEST(Fault, OfNoKeyAloneHasNone) {
  const std::vector<MetadataEntry> metadata(kMostEntries + 1, {"window", "5"});
  const Fault fault = FaultOf(ParseTrigger(metadata).status());
  EXPECT_EQ(fault.kind, FaultKind::kTogether);
  EXPECT_EQ(fault.key, "");
  EXPECT_EQ(FaultOf(absl::InternalError("x")).key, "");
}

// A key may hold anything.
TEST(Fault, TheKeyIsKeptAsItWasGiven) {
  const std::vector<MetadataEntry> metadata = {{"a\"b; did you\n", "5"}};
  EXPECT_EQ(FaultOf(ParseTrigger(metadata).status()).key, "a\"b; did you\n");
}

}  // namespace
}  // namespace gpuscaler::scaling
