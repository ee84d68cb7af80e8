// The arithmetic of a workload's value, by hand, on either side of every edge.
#include "scaling/workload_value.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scaling/hpa.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Aggregation;
using catalog::Metric;

constexpr HpaMetricType kAverage = HpaMetricType::kAverageValue;
constexpr HpaMetricType kValue = HpaMetricType::kValue;

struct ValueRow {
  std::string why;
  Metric metric;
  Aggregation aggregation;
  HpaMetricType type;
  double aggregate;
  ReplicaCounts replicas;  // n, w, m
  double value;
};

TEST(WorkloadValue, IsComputedByHandForTarget80) {
  const std::vector<ValueRow> rows = {
      {"one replica", Metric::kGpuUtilization, Aggregation::kAvg, kAverage, 60, {1, 0, 0}, 60},
      {"times n", Metric::kGpuUtilization, Aggregation::kAvg, kAverage, 90, {4, 0, 0}, 360},
      {"warming ones add nothing",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kAverage,
       90,
       {4, 3, 0},
       360},
      {"max too", Metric::kGpuUtilization, Aggregation::kMax, kAverage, 100, {3, 0, 0}, 300},
      {"Value: the aggregate",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kValue,
       90,
       {4, 0, 0},
       90},
      {"Value, missing: the aggregate",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kValue,
       30,
       {4, 0, 2},
       30},
      {"a sum is a sum", Metric::kGpuUtilization, Aggregation::kSum, kAverage, 300, {4, 0, 0}, 300},
      {"memory is not shared",
       Metric::kMemoryUsedPercent,
       Aggregation::kAvg,
       kAverage,
       90,
       {4, 0, 0},
       90},
      {"memory, missing",
       Metric::kMemoryUsedPercent,
       Aggregation::kAvg,
       kAverage,
       90,
       {4, 0, 2},
       90},
      {"temperature is not shared",
       Metric::kTemperature,
       Aggregation::kMax,
       kAverage,
       70,
       {4, 0, 0},
       70},
      {"power is", Metric::kPowerDraw, Aggregation::kAvg, kAverage, 300, {4, 0, 0}, 1200},
      // target x n = 240.
      {"idle and one missing: it counts as at target",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kAverage,
       10,
       {3, 0, 1},
       110},
      {"at the target", Metric::kGpuUtilization, Aggregation::kAvg, kAverage, 80, {3, 0, 1}, 320},
      {"just above: no more than what runs",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kAverage,
       81,
       {3, 0, 1},
       320},
      {"at target x (n + m)",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kAverage,
       320.0 / 3,
       {3, 0, 1},
       320},
      {"above it: what is measured",
       Metric::kPowerDraw,
       Aggregation::kAvg,
       kAverage,
       110,
       {3, 0, 1},
       330},
      {"a sum, missing", Metric::kGpuUtilization, Aggregation::kSum, kAverage, 100, {3, 0, 2}, 260},
      {"nine of ten missing",
       Metric::kGpuUtilization,
       Aggregation::kAvg,
       kAverage,
       0,
       {1, 0, 9},
       720},
  };
  for (const ValueRow& row : rows) {
    Trigger trigger;
    trigger.target = 80;
    trigger.metric = row.metric;
    trigger.aggregation = row.aggregation;
    trigger.hpa_metric_type = row.type;
    EXPECT_DOUBLE_EQ(WorkloadValue(trigger, row.aggregate, row.replicas), row.value) << row.why;
  }
}

TEST(HeldValue, IsTheTargetForEachReplicaThatIsKnown) {
  Trigger trigger;
  trigger.target = 80;
  EXPECT_EQ(HeldValue(trigger, {0, 3, 2}), 400);
  trigger.hpa_metric_type = kValue;
  EXPECT_EQ(HeldValue(trigger, {0, 3, 2}), 80);
}

// What the rules are for: HPA keeps a busy workload whatever is missing.
TEST(WorkloadValue, MissingReplicasNeitherShrinkNorGrowABusyWorkload) {
  for (const HpaMetricType type : {kAverage, kValue}) {
    for (int missing = 0; missing < 10; ++missing) {
      for (const double load : {76.0, 80.0, 84.0}) {  // within HPA's tolerance of 80
        Trigger trigger;
        trigger.target = 80;
        trigger.hpa_metric_type = type;
        const auto fresh = static_cast<size_t>(10 - missing);
        const double value = WorkloadValue(trigger, load, {fresh, 0, static_cast<size_t>(missing)});
        EXPECT_EQ(DesiredReplicas(type, value, 80, 10, 10), 10)
            << missing << " missing at " << load;
      }
    }
  }
}

}  // namespace
}  // namespace gpuscaler::scaling
