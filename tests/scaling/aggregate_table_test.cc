// Every GPU metric under every aggregation, for 1, 3 and 8 GPUs, beside the
// number worked out beforehand.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "gtest/gtest.h"
#include "scaling/evaluation.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Metric;

// Of 3 and of 8 values the nearest rank of p95 and of p99 is the last.
struct Expected {
  double max, min, avg, sum, p95, p99;

  double Of(catalog::Aggregation aggregation) const {
    const std::array<double, 6> in_order = {max, min, avg, sum, p95, p99};
    return in_order.at(static_cast<size_t>(aggregation));
  }
};

struct Case {
  Metric metric;
  std::array<double, 8> readings;
  Expected one, three, eight;  // of the first 1, 3 and 8 readings
};

// clang-format off
constexpr Case kCases[] = {
    {Metric::kGpuUtilization, {12, 97, 55, 0, 100, 63, 8, 41},
     {12, 12, 12, 12, 12, 12},
     {97, 12, 164 / 3.0, 164, 97, 97},
     {100, 0, 47, 376, 100, 100}},
    {Metric::kMemoryUtilization, {3, 44, 21, 0, 68, 37, 5, 16},
     {3, 3, 3, 3, 3, 3},
     {44, 3, 68 / 3.0, 68, 44, 44},
     {68, 0, 24.25, 194, 68, 68}},
    {Metric::kMemoryUsedMib, {1024, 40960, 20480, 512, 81000, 30720, 2048, 16384},
     {1024, 1024, 1024, 1024, 1024, 1024},
     {40960, 1024, 62464 / 3.0, 62464, 40960, 40960},
     {81000, 512, 24141, 193128, 81000, 81000}},
    {Metric::kMemoryUsedPercent, {1.25, 50.25, 25.5, 0.5, 99.5, 37.75, 2.5, 20.75},
     {1.25, 1.25, 1.25, 1.25, 1.25, 1.25},
     {50.25, 1.25, 77 / 3.0, 77, 50.25, 50.25},
     {99.5, 0.5, 29.75, 238, 99.5, 99.5}},
    {Metric::kTemperature, {31, 64, 52, 29, 83, 58, 33, 46},
     {31, 31, 31, 31, 31, 31},
     {64, 31, 49, 147, 64, 64},
     {83, 29, 49.5, 396, 83, 83}},
    {Metric::kPowerDraw, {71.5, 402.25, 250, 68.75, 698.5, 310, 80.5, 199},
     {71.5, 71.5, 71.5, 71.5, 71.5, 71.5},
     {402.25, 71.5, 241.25, 723.75, 402.25, 402.25},
     {698.5, 68.75, 260.0625, 2080.5, 698.5, 698.5}},
    {Metric::kPcieTxKbps, {1500, 900000, 420000, 0, 12000000, 650000, 800, 77000},
     {1500, 1500, 1500, 1500, 1500, 1500},
     {900000, 1500, 440500, 1321500, 900000, 900000},
     {12000000, 0, 1756162.5, 14049300, 12000000, 12000000}},
    {Metric::kPcieRxKbps, {2500, 1900000, 820000, 100, 22000000, 750000, 1800, 97000},
     {2500, 2500, 2500, 2500, 2500, 2500},
     {1900000, 2500, 907500, 2722500, 1900000, 1900000},
     {22000000, 100, 3196425, 25571400, 22000000, 22000000}},
    {Metric::kNvlinkTxMbps, {10.5, 120000, 64000, 0, 310000.5, 80000, 25.5, 31000},
     {10.5, 10.5, 10.5, 10.5, 10.5, 10.5},
     {120000, 10.5, 184010.5 / 3.0, 184010.5, 120000, 120000},
     {310000.5, 0, 75629.5625, 605036.5, 310000.5, 310000.5}},
    {Metric::kNvlinkRxMbps, {11.5, 121000, 65000, 1, 311000.5, 81000, 26.5, 32000},
     {11.5, 11.5, 11.5, 11.5, 11.5, 11.5},
     {121000, 11.5, 186011.5 / 3.0, 186011.5, 121000, 121000},
     {311000.5, 1, 76254.9375, 610039.5, 311000.5, 311000.5}},
};
// clang-format on

// GPUs that have every metric, so that reading another one's place shows.
std::shared_ptr<const telemetry::View> ViewOfAll(size_t gpus) {
  telemetry::Snapshot node = MakeNode("node-a", {});
  for (size_t i = 0; i < gpus; ++i) {
    telemetry::GpuSnapshot gpu = MakeGpu(static_cast<uint32_t>(i));
    gpu.readings.Set(Metric::kMemoryTotalMib, 81559, kNow);
    for (const Case& of : kCases) gpu.readings.Set(of.metric, of.readings.at(i), kNow);
    node.gpus.push_back(gpu);
  }
  return MakeView({node});
}

class AggregateTable : public testing::TestWithParam<std::tuple<Case, catalog::Aggregation>> {};

TEST_P(AggregateTable, IsTheNumberWorkedOutBeforehand) {
  const auto& [of, aggregation] = GetParam();
  Trigger trigger;
  trigger.metric = of.metric;
  trigger.target = 50;
  trigger.aggregation = aggregation;
  const std::array<std::pair<size_t, Expected>, 3> sizes = {
      {{1, of.one}, {3, of.three}, {8, of.eight}}};
  for (const auto& [gpus, expected] : sizes) {
    const auto evaluation = Evaluate(trigger, ViewOfAll(gpus), kNow, {});
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    EXPECT_EQ(evaluation->counted, gpus);
    EXPECT_DOUBLE_EQ(evaluation->aggregate, expected.Of(aggregation)) << gpus << " GPUs";
    EXPECT_DOUBLE_EQ(evaluation->value, expected.Of(aggregation)) << gpus << " GPUs";
  }
}

std::string NameOf(const testing::TestParamInfo<AggregateTable::ParamType>& info) {
  const auto& [of, aggregation] = info.param;
  return std::string(catalog::Row(of.metric).name) + "_" +
         std::string(catalog::Row(aggregation).name);
}

INSTANTIATE_TEST_SUITE_P(
    EveryMetric, AggregateTable,
    testing::Combine(testing::ValuesIn(kCases),
                     testing::Values(catalog::Aggregation::kMax, catalog::Aggregation::kMin,
                                     catalog::Aggregation::kAvg, catalog::Aggregation::kSum,
                                     catalog::Aggregation::kP95, catalog::Aggregation::kP99)),
    NameOf);

TEST(AggregateTable, HasEveryScalableGpuMetricAndEveryAggregation) {
  size_t scalable = 0;
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    if (row.origin == catalog::Origin::kGpu && row.scalable) ++scalable;
  }
  EXPECT_EQ(std::size(kCases), scalable);
  EXPECT_EQ(catalog::Aggregations().size(), 6U);
}

// The percentiles part from the maximum only with more GPUs than a node has.
TEST(AggregateOfManyGpus, TakesTheNearestRankAcrossNodes) {
  std::vector<telemetry::Snapshot> nodes;
  for (uint32_t node = 0; node < 25; ++node) {
    std::vector<telemetry::GpuSnapshot> gpus;
    for (uint32_t i = 0; i < 8; ++i) {
      // 1, 2, ... 200
      gpus.push_back(MakeGpu(i, Metric::kPowerDraw, static_cast<double>(node * 8 + i + 1)));
    }
    nodes.push_back(MakeNode("node-" + std::to_string(100 + node), std::move(gpus)));
  }
  const auto view = MakeView(std::move(nodes));
  const std::array<std::pair<std::string_view, double>, 6> expected = {
      {{"max", 200}, {"min", 1}, {"avg", 100.5}, {"sum", 20100}, {"p95", 190}, {"p99", 198}}};
  for (const auto& [name, value] : expected) {
    Trigger trigger;
    trigger.metric = Metric::kPowerDraw;
    trigger.target = 300;
    trigger.aggregation = catalog::FindAggregation(name)->id;
    const auto evaluation = Evaluate(trigger, view, kNow, {});
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    EXPECT_DOUBLE_EQ(evaluation->value, value) << name;
  }
}

}  // namespace
}  // namespace gpuscaler::scaling
