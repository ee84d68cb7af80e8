#include "web/workload_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "web/recent_workloads.h"

namespace gpuscaler::web {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr base::SteadyTime kNow{std::chrono::hours(1)};

// One GPU for each utilization, read `age` ago, and each held by the pod of its place.
std::shared_ptr<const telemetry::Snapshot> Node(const std::string& name,
                                                const std::vector<double>& utilizations,
                                                const std::vector<std::string>& pods,
                                                base::Duration age = {}) {
  telemetry::Snapshot node;
  node.node = name;
  telemetry::Ownership ownership;
  ownership.listed_at = kNow;
  for (size_t i = 0; i < utilizations.size(); ++i) {
    telemetry::GpuIdentity identity;
    identity.uuid = base::StrCat("GPU-", name, "-", i);
    telemetry::GpuSnapshot gpu;
    gpu.identity = std::make_shared<const telemetry::GpuIdentity>(identity);
    gpu.readings.Set(catalog::Metric::kGpuUtilization, utilizations[i], kNow - age);
    node.gpus.push_back(gpu);
    ownership.pods.push_back({"ml", pods[i], {}, {identity.uuid}});
  }
  node.ownership = std::make_shared<const telemetry::Ownership>(ownership);
  return std::make_shared<const telemetry::Snapshot>(std::move(node));
}

std::string PageOf(const telemetry::View& view) {
  Exposition page;
  WriteWorkloadSeries(TotalWorkloads(view, {}, seconds(10), kNow), page);
  return std::move(page).Text();
}

TEST(WorkloadSeries, AreOfAllNodesTogether) {
  const telemetry::View view({Node("a", {80, 10}, {"llm-7d9c8b5f4d-x2b4k", "db-0"}),
                              Node("b", {50}, {"llm-7d9c8b5f4d-zzzzz"}),
                              Node("c", {99}, {"llm-7d9c8b5f4d-22222"}, seconds(11))});
  const std::string page = PageOf(view);
  for (const char* line :
       {"keda_gpu_scaler_workloads 2\n",
        "keda_gpu_scaler_workload_replicas{namespace=\"ml\",workload=\"deployment/llm\"} 3\n",
        "keda_gpu_scaler_workload_gpus{namespace=\"ml\",workload=\"deployment/llm\"} 3\n",
        "keda_gpu_scaler_workload_gpus_fresh{namespace=\"ml\",workload=\"deployment/llm\"} 2\n",
        "keda_gpu_scaler_workload_gpu_utilization_percent{namespace=\"ml\","
        "workload=\"deployment/llm\"} 65\n",
        "keda_gpu_scaler_workload_gpu_utilization_percent{namespace=\"ml\","
        "workload=\"statefulset/db\"} 10\n"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_THAT(page, Not(HasSubstr("workload_gpu_memory_used_percent{")))
      << "what nobody tells is absent, not 0";
}

TEST(RecentWorkloads, RestAfterTheyWereAddedUp) {
  const telemetry::View one({Node("a", {80}, {"db-0"})});
  const telemetry::View two({Node("a", {80, 10}, {"db-0", "web-0"})});
  RecentWorkloads recent;
  EXPECT_EQ(recent.Of(one, seconds(10), kNow).size(), 1u);
  EXPECT_EQ(recent.Of(two, seconds(10), kNow).size(), 1u);
  EXPECT_EQ(recent.Of(two, seconds(10), kNow + seconds(600)).size(), 2u);
}

TEST(WorkloadSeries, AreOfBoundedNumber) {
  std::vector<double> utilizations(kMostWorkloadSeries + 1, 1);
  std::vector<std::string> pods;
  for (size_t i = 0; i <= kMostWorkloadSeries; ++i)
    pods.push_back(base::StrCat("w", 10000 + i, "-0"));
  const std::string page = PageOf(telemetry::View({Node("a", utilizations, pods)}));
  EXPECT_THAT(page, HasSubstr(base::StrCat("keda_gpu_scaler_workloads ", kMostWorkloadSeries + 1)));
  EXPECT_THAT(page, HasSubstr("workload_gpus{namespace=\"ml\",workload=\"statefulset/w11999\"} 1"));
  EXPECT_THAT(page, Not(HasSubstr("statefulset/w12000")));
}

}  // namespace
}  // namespace gpuscaler::web
