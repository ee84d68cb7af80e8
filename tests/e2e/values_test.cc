// What KEDA reads is what the hardware says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "await.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using fakes::FakeGpu;
using fakes::FakeNvml;
using fakes::NvmlFunction;
using fakes::Return;

const std::vector<std::string> kFast = {"--fast-interval=20ms", "--poll-interval=100ms"};

constexpr uint64_t kMib = 1024 * 1024;

struct ValueRow {
  std::string metric;
  std::function<void(FakeGpu)> set;  // makes this GPU the one with the highest value
  double value;
  int64_t rounded;
};

const ValueRow kValues[] = {
    {"gpu_utilization", [](FakeGpu gpu) { gpu.SetUtilization(77, 0); }, 77, 77},
    {"memory_utilization", [](FakeGpu gpu) { gpu.SetUtilization(0, 66); }, 66, 66},
    {"memory_used_mib",
     [](FakeGpu gpu) { gpu.SetMemory(80000 * kMib, 800 * kMib, 70000 * kMib + kMib / 4); },
     70000.25, 70000},
    // Of what can be used: 59400 of 80000 - 800 MiB.
    {"memory_used_percent",
     [](FakeGpu gpu) { gpu.SetMemory(80000 * kMib, 800 * kMib, 59400 * kMib); }, 75, 75},
    {"temperature", [](FakeGpu gpu) { gpu.SetTemperature(91); }, 91, 91},
    {"power_draw", [](FakeGpu gpu) { gpu.SetPower(612'500); }, 612.5, 613},
    {"pcie_tx_kbps", [](FakeGpu gpu) { gpu.SetPcie(5'000'001, 7); }, 5'000'001, 5'000'001},
    {"pcie_rx_kbps", [](FakeGpu gpu) { gpu.SetPcie(7, 6'000'002); }, 6'000'002, 6'000'002},
};

TEST(Values, AChangeOfTheHardwareArrivesAtGetMetricsForEveryMetric) {
  FakeNvml nvml(4);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  for (const ValueRow& row : kValues) {
    SCOPED_TRACE(row.metric);
    const Metadata metadata = {{"metricType", row.metric}, {"targetValue", "50"}};
    EXPECT_NE(scaler.keda().Value(metadata).value_or(0), row.value);
    row.set(nvml.gpu(2));
    Await([&] { return scaler.keda().Value(metadata).value_or(0) == row.value; });
    const auto metric = scaler.keda().Metric(metadata);
    ASSERT_TRUE(metric.ok()) << metric.status();
    EXPECT_EQ(metric->metricname(), "keda_gpu_metric");
    EXPECT_EQ(metric->metricvaluefloat(), row.value);
    EXPECT_EQ(metric->metricvalue(), row.rounded);
  }
  EXPECT_EQ(nvml.MisuseText(), "");
}

TEST(Values, NvlinkIsTheRateOfItsCounters) {
  FakeNvml nvml(1);
  nvml.gpu(0).SetNvlinkRates(40'000'000'000, 25'000'000'000);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  struct RateRow {
    std::string metric;
    double rate;
  };
  for (const RateRow& row :
       {RateRow{"nvlink_tx_mbps", 40'000}, RateRow{"nvlink_rx_mbps", 25'000}}) {
    const Metadata metadata = {{"metricType", row.metric}, {"targetValue", "50000"}};
    Await([&] {
      const double value = scaler.keda().Value(metadata).value_or(0);
      return value > 0.8 * row.rate && value < 1.25 * row.rate;
    });
  }
}

TEST(Values, AggregationsAndGpuIndexChooseAmongTheGpus) {
  FakeNvml nvml(4);
  const uint32_t utilizations[] = {10, 20, 40, 90};
  for (uint32_t i = 0; i < 4; ++i) nvml.gpu(i).SetUtilization(utilizations[i], 0);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  Keda& keda = scaler.keda();
  EXPECT_THAT(keda.Value({{"aggregation", "max"}}), Holds(90));
  EXPECT_THAT(keda.Value({{"aggregation", "min"}}), Holds(10));
  EXPECT_THAT(keda.Value({{"aggregation", "avg"}}), Holds(40));
  EXPECT_THAT(keda.Value({{"aggregation", "sum"}}), Holds(160));
  EXPECT_THAT(keda.Value({{"gpuIndex", "2"}}), Holds(40));
  EXPECT_THAT(keda.Value({{"profile", "batch"}}, "not_its_name"),
              FailsWith(StatusCode::kInvalidArgument, "not_its_name"));
  EXPECT_THAT(keda.Value({{"gpuIndex", "9"}}),
              FailsWith(StatusCode::kFailedPrecondition, "gpuIndex 9"));
  EXPECT_THAT(keda.IsActive({{"gpuIndex", "9"}}),
              FailsWith(StatusCode::kFailedPrecondition, "there are: 0, 1, 2, 3"));
}

TEST(Values, AMetricThatNoGpuHasIsAnErrorThatNamesMetricAndGpu) {
  FakeNvml nvml(2);
  nvml.Fail(NvmlFunction::kPowerUsage, Return::kNotSupported);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const Metadata power = {{"metricType", "power_draw"}, {"targetValue", "300"}};
  Await([&] {
    return scaler.keda().Value(power).status().code() == StatusCode::kFailedPrecondition;
  });
  EXPECT_THAT(scaler.keda().Value(power), FailsWith(StatusCode::kFailedPrecondition, "power_draw"));
  EXPECT_THAT(scaler.keda().IsActive(power), FailsWith(StatusCode::kFailedPrecondition, "GPU 0"));
  EXPECT_FALSE(scaler.Sample("keda_gpu_scaler_gpu_power_draw_watts").has_value());
  EXPECT_TRUE(scaler.keda().Value({}).ok()) << "other metrics are unharmed";
}

TEST(Values, TrainingStaysActiveAtZeroPercent) {
  FakeNvml nvml(2);
  for (const uint32_t i : {0U, 1U}) nvml.gpu(i).SetUtilization(0, 0);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  EXPECT_THAT(scaler.keda().IsActive({}), Holds(false));
  EXPECT_THAT(scaler.keda().IsActive({{"profile", "training"}}), Holds(true));
  const auto spec = scaler.keda().Spec({{"profile", "training"}});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->targetsizefloat(), 90);
  EXPECT_EQ(spec->targetsize(), 90);
  EXPECT_THAT(scaler.keda().Value({{"profile", "training"}}, spec->metricname()), Holds(0));
}

TEST(Values, AWindowAveragesWhatWasReported) {
  FakeNvml nvml(1);
  nvml.gpu(0).SetUtilization(20, 0);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const Metadata windowed = {{"window", "300"}};
  EXPECT_THAT(scaler.keda().Value(windowed), Holds(20));
  nvml.gpu(0).SetUtilization(80, 0);
  Await([&] { return scaler.keda().Value({}).value_or(0) == 80; });
  // The seconds of 20 are still in the window, those of 80 come in.
  Await([&] {
    const double value = scaler.keda().Value(windowed).value_or(0);
    return value > 30 && value < 80;
  });
}

}  // namespace
}  // namespace gpuscaler::e2e
