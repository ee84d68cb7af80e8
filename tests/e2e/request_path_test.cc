// No request makes the scaler touch the hardware.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "await.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using fakes::FakeNvml;

TEST(RequestPath, TenThousandRequestsOfEveryKindMakeNoCallIntoNvml) {
  FakeNvml nvml(8);
  // After their first reads the lanes sleep for a minute.
  ScalerProcess scaler({"--fast-interval=1m", "--poll-interval=1m", "--stale-after=10m"},
                       nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  for (const std::string lane : {"fast", "full", "bandwidth"}) {
    Await([&] {
      return scaler.Sample("keda_gpu_scaler_collections_total{lane=\"" + lane + "\"}") == 1.0;
    });
  }
  const uint64_t calls = nvml.AllCalls();
  ASSERT_GT(calls, 0u);

  const Metadata metadata = {{"metricType", "gpu_utilization"}, {"window", "30"}};
  uint64_t requests = 0;
  uint64_t answered = 0;
  const auto count = [&](bool ok) {
    ++requests;
    answered += ok ? 1 : 0;
  };
  while (requests < 10'000) {
    for (int i = 0; i < 20; ++i) {
      count(scaler.keda().Value(metadata).ok());
      count(scaler.keda().IsActive(metadata).ok());
      count(scaler.keda().Spec(metadata).ok());
      count(scaler.keda().Health() == "SERVING");
    }
    count(scaler.keda().StreamIsActive(metadata)->Read().has_value());
    count(scaler.keda().StreamMetricSpec(metadata)->Read().has_value());
    count(scaler.Metrics().status == 200);
    count(scaler.Probe("/healthz").status == 200);
    count(scaler.Probe("/readyz").status == 200);
  }
  EXPECT_EQ(answered, requests);
  EXPECT_EQ(nvml.AllCalls(), calls);
}

}  // namespace
}  // namespace gpuscaler::e2e
