// The process itself: its ports, its counters, its start and its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "await.h"
#include "base/strings.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using fakes::FakeNvml;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> kFast = {"--fast-interval=20ms", "--poll-interval=100ms"};

TEST(Process, APortOfZeroIsOff) {
  FakeNvml nvml(1);
  for (const int off : {-1, 0, 1, 2}) {
    SCOPED_TRACE(off);
    ScalerPorts ports;
    uint16_t* const each[] = {&ports.grpc, &ports.metrics, &ports.probes};
    if (off >= 0) *each[off] = 0;
    ScalerProcess scaler(kFast, nvml.ChildEnvironment(), ports);
    ASSERT_TRUE(scaler.AwaitStart());
    std::vector<uint16_t> expected;
    for (const uint16_t* port : each) {
      if (*port != 0) expected.push_back(*port);
    }
    EXPECT_THAT(ListeningPorts(scaler.pid()), testing::UnorderedElementsAreArray(expected));
    if (off != 0) Await([&] { return scaler.keda().Value({}).ok(); });
    if (off != 1) Await([&] { return scaler.Metrics().status == 200; });
    if (off != 2) Await([&] { return scaler.Probe("/readyz").status == 200; });
  }
}

TEST(Process, WithEveryPortOffItStillRunsAndStops) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment(), {0, 0, 0});
  ASSERT_TRUE(scaler.AwaitStart());
  EXPECT_THAT(ListeningPorts(scaler.pid()), ElementsAre());
  EXPECT_EQ(scaler.Stop(), 0);
}

TEST(Process, CountersGrowWithTheRequestsOfEachMethod) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  Keda& keda = scaler.keda();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(keda.Value({}).ok());
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(keda.Value({{"aggregation", "mode"}}).ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(keda.IsActive({}).ok());
  EXPECT_FALSE(keda.Spec({{"targetValue", "-1"}}).ok());
  {
    const auto stream = keda.StreamIsActive({});
    EXPECT_TRUE(stream->Read().has_value());
    EXPECT_EQ(scaler.Sample("keda_gpu_scaler_open_streams{method=\"StreamIsActive\"}"), 1.0);
  }
  Await([&] {
    return scaler.Sample("keda_gpu_scaler_open_streams{method=\"StreamIsActive\"}") == 0.0;
  });
  const auto requests = [&](const std::string& method) {
    return scaler.Sample("keda_gpu_scaler_scaler_requests_total{method=\"" + method + "\"}");
  };
  const auto errors = [&](const std::string& method) {
    return scaler.Sample("keda_gpu_scaler_scaler_request_errors_total{method=\"" + method + "\"}");
  };
  EXPECT_EQ(requests("GetMetrics"), 7.0);
  EXPECT_EQ(errors("GetMetrics"), 2.0);
  EXPECT_EQ(requests("IsActive"), 3.0);
  EXPECT_EQ(errors("IsActive"), 0.0);
  EXPECT_EQ(requests("GetMetricSpec"), 1.0);
  EXPECT_EQ(errors("GetMetricSpec"), 1.0);
  EXPECT_EQ(requests("StreamIsActive"), 1.0);
  EXPECT_EQ(requests("StreamMetricSpec"), 0.0);
  EXPECT_THAT(scaler.Metrics().body, HasSubstr("keda_gpu_scaler_build_info{version="));
}

TEST(Process, EveryLogLineIsAnObjectAndBothSignalsStopIt) {
  FakeNvml nvml(1);
  for (const int signal : {SIGTERM, SIGINT}) {
    ScalerProcess scaler(kFast, nvml.ChildEnvironment());
    ASSERT_TRUE(scaler.AwaitStart());
    scaler.child().Signal(signal);
    EXPECT_EQ(scaler.child().WaitForExit(std::chrono::seconds(15)), 0);
    EXPECT_EQ(scaler.Stop(), 0);  // it has
    std::istringstream lines(scaler.child().Errors());
    std::string line;
    int count = 0;
    while (std::getline(lines, line)) {
      ++count;
      EXPECT_THAT(line, StartsWith("{\"time\":\""));
      EXPECT_EQ(line.back(), '}') << line;
    }
    EXPECT_GE(count, 3);  // serving, stopping, stopped
    EXPECT_EQ(scaler.child().Output(), "");
  }
}

TEST(Process, AScrapeThatComesBeforeAnythingIsReadyDoesNoHarm) {
  FakeNvml nvml(1);
  for (int start = 0; start < 10; ++start) {
    ScalerPorts ports;
    std::atomic<bool> answered{false};
    std::thread scraper([&] {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (!answered && std::chrono::steady_clock::now() < deadline) {
        answered = Get(ports.metrics, "/metrics").status == 200;
      }
    });
    ScalerProcess scaler(kFast, nvml.ChildEnvironment(), ports);
    EXPECT_TRUE(scaler.AwaitStart());
    scraper.join();
    EXPECT_TRUE(answered);
  }
}

}  // namespace
}  // namespace gpuscaler::e2e
