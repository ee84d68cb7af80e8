// Prometheus' own linter reads the page (promtool: Debian package prometheus).
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/strings.h"
#include "web/exposition.h"
#include "web/fleet_series.h"
#include "web/node_metrics.h"

namespace gpuscaler::web {
namespace {

struct Verdict {
  int exit_code;
  std::string output;
};

Verdict Promtool(const std::string& page) {
  const std::string path = testing::TempDir() + base::StrCat("page-", getpid(), ".txt");
  std::ofstream(path) << page;
  FILE* const pipe = popen(base::StrCat("promtool check metrics < ", path, " 2>&1").c_str(), "r");
  std::string output;
  char buffer[512];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  const int status = pclose(pipe);
  remove(path.c_str());
  return {WEXITSTATUS(status), output};
}

class PromtoolTest : public testing::Test {
 protected:
  void SetUp() override {
    if (system("command -v promtool > /dev/null") != 0) GTEST_SKIP() << "there is no promtool";
  }
};

TEST_F(PromtoolTest, AcceptsAPageWithEveryFamilyOf8Gpus) {
  const base::SteadyTime now = base::Now();
  auto snapshot = std::make_shared<telemetry::Snapshot>();
  snapshot->lane(catalog::Lane::kFast).sampled_at = now;
  for (uint32_t i = 0; i < 8; ++i) {
    telemetry::GpuIdentity identity;
    identity.index = i;
    identity.uuid = base::StrCat("GPU-", i);
    identity.name = "odd \"name\" \\ \n \xFF";
    telemetry::GpuSnapshot gpu;
    gpu.identity = std::make_shared<const telemetry::GpuIdentity>(identity);
    for (size_t m = 0; m < catalog::kGpuMetricCount; ++m) {
      gpu.readings.Set(static_cast<catalog::Metric>(m), 1.5 * i, now);
    }
    snapshot->gpus.push_back(gpu);
  }
  const telemetry::View view({snapshot});
  std::vector<sources::LaneStats> lanes(catalog::kLaneCount);
  const serving::RequestStats requests[] = {{"GetMetrics", 10, 2, {}}, {"StreamIsActive", 3, 0, 1}};
  Exposition of_gateway;
  WriteFleetSeries(view, TotalWorkloads(view, {}, std::chrono::seconds(10), now), {}, {},
                   std::chrono::seconds(10), now, of_gateway);
  const std::string page =
      std::move(of_gateway).Text() + WriteNodeMetrics({view,
                                                       std::chrono::seconds(10),
                                                       lanes,
                                                       {requests,
                                                        {"1.2.3", "nvml"},
                                                        serving::ConnectionStats{},
                                                        HttpStats{},
                                                        ReadProcessStats()}},
                                                      now);
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    EXPECT_NE(page.find(row.series.name), std::string::npos) << row.series.name;
  }
  const Verdict verdict = Promtool(page);
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  EXPECT_EQ(verdict.output, "");
}

TEST_F(PromtoolTest, WouldRefuseTheDeviceCountAsAGauge) {
  Exposition page;
  page.Family("keda_gpu_scaler_gpu_device_count", MetricType::kGauge, "GPUs.");
  page.Sample(Labels(), uint64_t{8});
  EXPECT_EQ(Promtool(std::move(page).Text()).exit_code, 3);
}

}  // namespace
}  // namespace gpuscaler::web
