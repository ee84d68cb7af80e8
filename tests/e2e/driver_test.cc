// GPUs that are lost, and drivers that go, come back, or were never there.
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
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kFlags = {"--fast-interval=20ms", "--poll-interval=100ms",
                                         "--stale-after=600ms"};
const Metadata kUtilization = {{"metricType", "gpu_utilization"}};

TEST(Driver, ALostGpuDropsOutAloneAndAllLostIsUnavailable) {
  FakeNvml nvml(3);
  nvml.gpu(0).SetUtilization(30, 0);
  nvml.gpu(1).SetUtilization(90, 0);
  nvml.gpu(2).SetUtilization(50, 0);
  ScalerProcess scaler(kFlags, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  EXPECT_THAT(scaler.keda().Value(kUtilization), Holds(90));
  const std::string uuid = nvml.gpu(1).uuid();
  EXPECT_THAT(scaler.Metrics().body,
              HasSubstr("gpu_utilization_percent{gpu_index=\"1\",gpu_uuid=\"" + uuid));

  nvml.gpu(1).Lose();
  Await([&] { return scaler.keda().Value(kUtilization).value_or(-1) == 50; });
  Await([&] { return scaler.Sample("keda_gpu_scaler_gpu_device_count") == 2.0; });
  const std::string page = scaler.Metrics().body;
  for (const std::string series : {"gpu_utilization_percent", "gpu_memory_used_bytes",
                                   "gpu_temperature_celsius", "gpu_power_draw_watts"}) {
    EXPECT_THAT(page, Not(HasSubstr(series + "{gpu_index=\"1\""))) << series;
    EXPECT_THAT(page, HasSubstr(series + "{gpu_index=\"0\"")) << series;
  }
  EXPECT_THAT(page, testing::ContainsRegex("gpu_up\\{gpu_index=\"1\",[^}]*\\} 0\n"));
  EXPECT_THAT(page, testing::ContainsRegex("gpu_up\\{gpu_index=\"2\",[^}]*\\} 1\n"));
  EXPECT_THAT(scaler.keda().Value({{"gpuIndex", "1"}}),
              FailsWith(StatusCode::kUnavailable, "GPU 1"));
  EXPECT_EQ(scaler.keda().Health(), "SERVING");

  nvml.gpu(0).Lose();
  nvml.gpu(2).Lose();
  // 50, and then an error: never a 0 on the way.
  absl::StatusOr<double> last = 50.0;
  Await([&] {
    last = scaler.keda().Value(kUtilization);
    if (last.ok()) {
      EXPECT_THAT(*last, testing::AnyOf(50, 30));
    }
    return !last.ok();
  });
  EXPECT_THAT(last, FailsWith(StatusCode::kUnavailable, "gpu_utilization"));
  EXPECT_THAT(scaler.keda().IsActive(kUtilization), FailsWith(StatusCode::kUnavailable, ""));
}

TEST(Driver, ADriverThatGoesIsUnavailableAndOneThatComesBackServesWithoutARestart) {
  FakeNvml nvml(2);
  ScalerProcess scaler(kFlags, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  EXPECT_THAT(scaler.keda().Value(kUtilization), Holds(42));
  const auto gone_at = std::chrono::steady_clock::now();
  nvml.RemoveDriver();
  Await([&] {
    const auto value = scaler.keda().Value(kUtilization);
    if (value.ok()) {
      EXPECT_EQ(*value, 42);
    }
    return value.status().code() == StatusCode::kUnavailable;
  });
  // --stale-after, and what a slow machine adds.
  EXPECT_LT(std::chrono::steady_clock::now() - gone_at, std::chrono::seconds(3));
  Await([&] { return scaler.keda().Health() == "NOT_SERVING"; });
  EXPECT_EQ(scaler.Probe("/readyz").status, 503);
  EXPECT_EQ(scaler.Probe("/healthz").status, 200) << "a restart brings no driver back";
  EXPECT_THAT(scaler.Metrics().body, Not(HasSubstr("gpu_utilization_percent{")));

  nvml.gpu(0).SetUtilization(66, 0);
  nvml.LoadDriver();
  Await([&] { return scaler.keda().Health() == "SERVING"; });
  EXPECT_THAT(scaler.keda().Value(kUtilization), Holds(66));
  EXPECT_EQ(scaler.Probe("/readyz").status, 200);
  EXPECT_TRUE(scaler.child().Running());
  EXPECT_EQ(nvml.MisuseText(), "");
}

TEST(Driver, WithoutADriverTheProcessStaysUpAndSaysWhatToFix) {
  ScalerProcess scaler({"--nvml-library=libnvidia-ml-absent.so.1", "--fast-interval=20ms"},
                       {{"LD_LIBRARY_PATH", ""}});
  ASSERT_TRUE(scaler.AwaitStart());
  Await([&] {
    return scaler.keda().IsActive(kUtilization).status().message().find("runtimeClassName") !=
           absl::string_view::npos;
  });
  EXPECT_THAT(scaler.keda().IsActive(kUtilization),
              FailsWith(StatusCode::kUnavailable, "the driver is not installed on this node"));
  EXPECT_THAT(scaler.keda().Value(kUtilization),
              FailsWith(StatusCode::kUnavailable, "runtimeClassName: nvidia"));
  EXPECT_TRUE(scaler.keda().Spec(kUtilization).ok()) << "the HPA can be made all the same";
  EXPECT_EQ(scaler.keda().Health(), "NOT_SERVING");
  const HttpAnswer ready = scaler.Probe("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("runtimeClassName: nvidia"));
  EXPECT_EQ(scaler.Probe("/healthz").status, 200);
  EXPECT_TRUE(scaler.child().Running());
}

}  // namespace
}  // namespace gpuscaler::e2e
