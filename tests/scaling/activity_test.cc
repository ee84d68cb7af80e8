// When a workload is active: one busy GPU is enough, and so is the aggregate.
#include <string_view>
#include <vector>

#include "catalog/aggregations.h"
#include "gtest/gtest.h"
#include "scaling/evaluation.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Aggregation;
using catalog::Metric;

struct Case {
  std::string_view why;
  Aggregation aggregation;
  std::vector<double> readings;
  double threshold;
  bool active;
  ActiveReason reason;
};

class Activity : public testing::TestWithParam<Case> {};

TEST_P(Activity, IsDecidedOnEitherSideOfTheThreshold) {
  const Case& of = GetParam();
  Trigger trigger;
  trigger.target = 80;
  trigger.aggregation = of.aggregation;
  trigger.activation_threshold = of.threshold;
  const auto evaluation =
      Evaluate(trigger, MakeView(Metric::kGpuUtilization, of.readings), kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->active, of.active) << of.why;
  EXPECT_EQ(evaluation->active_reason, of.reason) << of.why;
}

constexpr ActiveReason kNothing = ActiveReason::kNothingExceeds;
constexpr ActiveReason kGpu = ActiveReason::kGpuExceeds;
constexpr ActiveReason kAggregate = ActiveReason::kAggregateExceeds;

INSTANTIATE_TEST_SUITE_P(
    Edges, Activity,
    testing::ValuesIn<Case>({
        {"equal is not more", Aggregation::kMax, {5, 5}, 5, false, kNothing},
        {"just above", Aggregation::kMax, {5, 5.001}, 5, true, kGpu},
        {"idle", Aggregation::kMax, {0, 0}, 0, false, kNothing},
        {"anything above 0", Aggregation::kMax, {0, 0.001}, 0, true, kGpu},
        {"min, one busy", Aggregation::kMin, {0, 0, 0, 60}, 5, true, kGpu},
        {"min, none busy", Aggregation::kMin, {5, 4, 3, 0}, 5, false, kNothing},
        {"avg, one busy", Aggregation::kAvg, {0, 0, 0, 12}, 5, true, kGpu},
        {"avg, none busy", Aggregation::kAvg, {5, 5, 5, 5}, 5, false, kNothing},
        {"sum above, no GPU", Aggregation::kSum, {2, 2, 2}, 5, true, kAggregate},
        {"sum equal", Aggregation::kSum, {2, 2, 1}, 5, false, kNothing},
        {"sum, one busy", Aggregation::kSum, {0, 6}, 5, true, kGpu},
        {"p95, one busy of 21",
         Aggregation::kP95,
         {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60},
         5,
         true,
         kGpu},
        {"p95 equal", Aggregation::kP95, {5, 0}, 5, false, kNothing},
        {"p99 just above", Aggregation::kP99, {5.001, 0}, 5, true, kGpu},
        {"p99 equal", Aggregation::kP99, {5, 0}, 5, false, kNothing},
    }));

TEST(Activity, IgnoresGpusThatDoNotTakePart) {
  Trigger trigger;
  trigger.target = 80;
  trigger.gpu_index = 0;
  const auto evaluation = Evaluate(trigger, MakeView(Metric::kGpuUtilization, {0, 100}), kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_FALSE(evaluation->active);
}

TEST(Activity, IgnoresStaleReadings) {
  Trigger trigger;
  trigger.target = 80;
  const auto view =
      MakeView({MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 0),
                                    MakeGpu(1, Metric::kGpuUtilization, 100, Seconds(11))})});
  const auto evaluation = Evaluate(trigger, view, kNow, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_FALSE(evaluation->active);
}

TEST(Activity, OfTrainingLastsThroughACheckpointAtZeroPercent) {
  const std::vector<MetadataEntry> metadata = {{"profile", "training"}};
  const auto trigger = ParseTrigger(metadata);
  ASSERT_TRUE(trigger.ok()) << trigger.status();
  const auto idle = Evaluate(*trigger, MakeView(Metric::kGpuUtilization, {0, 0, 0, 0}), kNow, {});
  ASSERT_TRUE(idle.ok());
  EXPECT_EQ(idle->value, 0);
  EXPECT_TRUE(idle->active);
  EXPECT_EQ(idle->active_reason, ActiveReason::kAlwaysActive);
  const auto busy = Evaluate(*trigger, MakeView(Metric::kGpuUtilization, {0, 1}), kNow, {});
  ASSERT_TRUE(busy.ok());
  EXPECT_EQ(busy->active_reason, ActiveReason::kGpuExceeds);
}

TEST(Activity, OfTrainingDoesNotTurnAnErrorIntoAnAnswer) {
  const std::vector<MetadataEntry> metadata = {{"profile", "training"}};
  const auto trigger = ParseTrigger(metadata);
  ASSERT_TRUE(trigger.ok());
  const auto stale =
      MakeView({MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 50, Seconds(11))})});
  EXPECT_EQ(Evaluate(*trigger, stale, kNow, {}).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace gpuscaler::scaling
