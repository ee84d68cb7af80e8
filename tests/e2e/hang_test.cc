// A call into the driver that hangs or blocks holds up its own lane only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "await.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using fakes::FakeNvml;
using fakes::NvmlFunction;
using std::chrono::milliseconds;
using testing::HasSubstr;

const std::vector<std::string> kFast = {"--fast-interval=20ms", "--poll-interval=100ms",
                                        "--stale-after=10s"};
const std::vector<std::string> kSoonStale = {"--fast-interval=50ms", "--poll-interval=100ms",
                                             "--stale-after=600ms"};

const Metadata kUtilization = {{"metricType", "gpu_utilization"}};

// Waits for a utilization that was just set.
bool AwaitValue(ScalerProcess& scaler, double value) {
  return Await([&] { return scaler.keda().Value(kUtilization).value_or(-1) == value; });
}

TEST(Hang, SlowLanesThatHangDelayNeitherTheFastLaneNorAnAnswer) {
  FakeNvml nvml(8);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  nvml.Hang(NvmlFunction::kTemperatureV);
  nvml.Hang(NvmlFunction::kPcieThroughput);
  Await([&] {
    return nvml.Blocked(NvmlFunction::kTemperatureV) == 1 &&
           nvml.Blocked(NvmlFunction::kPcieThroughput) == 1;
  });
  for (const uint32_t utilization : {91U, 92U, 93U, 94U, 95U}) {
    nvml.gpu(3).SetUtilization(utilization, 0);
    AwaitValue(scaler, utilization);
  }
  EXPECT_THAT(scaler.keda().IsActive(kUtilization), Holds(true));
  EXPECT_TRUE(scaler.keda().Spec(kUtilization).ok());
  EXPECT_EQ(scaler.keda().Health(), "SERVING");
  EXPECT_EQ(scaler.Metrics().status, 200);
  EXPECT_EQ(scaler.Probe("/readyz").status, 200);
  // Only after 30 s does a hang cost the process its life.
  const HttpAnswer live = scaler.Probe("/healthz");
  EXPECT_EQ(live.status, 200) << live.body;

  nvml.Release(NvmlFunction::kTemperatureV);
  nvml.gpu(0).SetTemperature(88);
  const Metadata temperature = {{"metricType", "temperature"}, {"targetValue", "80"}};
  Await([&] { return scaler.keda().Value(temperature).value_or(0) == 88; });
  // The bandwidth lane still hangs: the process leaves all the same.
  EXPECT_EQ(nvml.Blocked(NvmlFunction::kPcieThroughput), 1u);
  EXPECT_EQ(scaler.Stop(), 0);
}

TEST(Hang, PcieThatBlocksTwentyMillisecondsACallDelaysNothing) {
  FakeNvml nvml(8);
  nvml.SetPcieWindow(milliseconds(20));
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  EXPECT_THAT(scaler.keda().Value(kUtilization), Holds(54));  // 40 + 2 x 7
  const Metadata pcie = {{"metricType", "pcie_rx_kbps"}, {"targetValue", "1000"}};
  Await([&] { return scaler.keda().Value(pcie).ok(); });

  // Now one reading of all GPUs takes 16 x 500 ms, far longer than a change of
  // the fast lane may.
  nvml.SetPcieWindow(milliseconds(500));
  const uint64_t begun = nvml.Calls(NvmlFunction::kPcieThroughput);
  Await([&] { return nvml.Calls(NvmlFunction::kPcieThroughput) > begun + 1; });
  const uint64_t before = nvml.Calls(NvmlFunction::kPcieThroughput);
  for (const uint32_t utilization : {91U, 92U, 93U, 94U, 95U}) {
    nvml.gpu(3).SetUtilization(utilization, 0);
    AwaitValue(scaler, utilization);
  }
  EXPECT_LT(nvml.Calls(NvmlFunction::kPcieThroughput), before + 14)
      << "five changes took as long as the bandwidth lane";
}

TEST(Hang, AHungFastLaneIsUnavailableAndNeverAnOldValue) {
  FakeNvml nvml(2);
  ScalerProcess scaler(kSoonStale, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const pid_t pid = scaler.pid();
  EXPECT_THAT(scaler.keda().Value(kUtilization), Holds(42));
  nvml.Hang(NvmlFunction::kUtilizationRates);
  Await([&] {
    return scaler.keda().Value(kUtilization).status().code() == StatusCode::kUnavailable;
  });
  EXPECT_THAT(scaler.keda().Value(kUtilization), FailsWith(StatusCode::kUnavailable, "s old"));
  EXPECT_THAT(scaler.keda().IsActive(kUtilization), FailsWith(StatusCode::kUnavailable, "s old"));
  Await([&] { return scaler.keda().Health() == "NOT_SERVING"; });
  const HttpAnswer ready = scaler.Probe("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("no fresh reading for"));
  Await([&] {
    return scaler.Probe("/readyz").body.find("hangs in the driver since") != std::string::npos;
  });
  EXPECT_THAT(scaler.keda().Value(kUtilization),
              FailsWith(StatusCode::kUnavailable, "a read of the fast lane hangs in the driver"));
  EXPECT_GE(scaler.Sample("keda_gpu_scaler_lane_read_seconds{lane=\"fast\"}").value_or(0), 0.6);
  EXPECT_GE(scaler.Sample("keda_gpu_scaler_lane_overruns_total{lane=\"fast\"}").value_or(0), 10);
  EXPECT_EQ(scaler.Probe("/healthz").status, 200);
  EXPECT_FALSE(scaler.Sample("keda_gpu_scaler_gpu_device_count").has_value());
  // Another lane's readings are as fresh as ever.
  EXPECT_TRUE(scaler.keda().Value({{"metricType", "temperature"}, {"targetValue", "80"}}).ok());

  nvml.gpu(1).SetUtilization(73, 0);
  nvml.Release(NvmlFunction::kUtilizationRates);
  AwaitValue(scaler, 73);
  Await([&] { return scaler.keda().Health() == "SERVING"; });
  EXPECT_EQ(scaler.Probe("/readyz").status, 200);
  EXPECT_EQ(scaler.pid(), pid);
  EXPECT_THAT(scaler.child().Errors(),
              testing::AllOf(HasSubstr("a read of the fast lane hangs in the driver since"),
                             HasSubstr("the read that hung has ended")));
  EXPECT_TRUE(scaler.child().Running());
}

TEST(Hang, AProcessWhoseFastLaneHangsStillStops) {
  FakeNvml nvml(2);
  ScalerProcess scaler(kSoonStale, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  nvml.Hang(NvmlFunction::kUtilizationRates);
  Await([&] { return nvml.Blocked(NvmlFunction::kUtilizationRates) == 1; });
  EXPECT_EQ(scaler.Stop(), 0);
  EXPECT_THAT(scaler.child().Errors(), HasSubstr("hangs in the driver"));
}

TEST(Hang, ADriverThatHangsAtStartLeavesAProcessThatAnswersAndStops) {
  FakeNvml nvml(2);
  nvml.Hang(NvmlFunction::kInit);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitStart());
  Await([&] { return nvml.Blocked(NvmlFunction::kInit) >= 1; });
  EXPECT_THAT(scaler.keda().Value(kUtilization), FailsWith(StatusCode::kUnavailable, ""));
  EXPECT_EQ(scaler.keda().Health(), "NOT_SERVING");
  EXPECT_EQ(scaler.Probe("/healthz").status, 200);
  Await([&] {
    return scaler.Probe("/readyz").body.find("hangs in the driver") != std::string::npos;
  });
  EXPECT_THAT(scaler.keda().Value(kUtilization),
              FailsWith(StatusCode::kUnavailable, "lane hangs in the driver since"));
  nvml.Release(NvmlFunction::kInit);
  AwaitValue(scaler, 42);
}

}  // namespace
}  // namespace gpuscaler::e2e
