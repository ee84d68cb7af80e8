#include "web/node_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "absl/status/status.h"
#include "web/families.h"
#include "web/fleet_series.h"

namespace gpuscaler::web {
namespace {

using catalog::Lane;
using catalog::Metric;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const base::SteadyTime kNow = base::SteadyTime() + std::chrono::hours(1);

telemetry::GpuSnapshot Gpu(uint32_t index, std::string uuid) {
  telemetry::GpuSnapshot gpu;
  telemetry::GpuIdentity identity;
  identity.index = index;
  identity.uuid = std::move(uuid);
  identity.name = "H100 \"80GB\"";
  gpu.identity = std::make_shared<const telemetry::GpuIdentity>(identity);
  return gpu;
}

telemetry::Snapshot Node(std::string name) {
  telemetry::Snapshot snapshot;
  snapshot.node = std::move(name);
  snapshot.lane(Lane::kFast).sampled_at = kNow - milliseconds(250);
  return snapshot;
}

std::string Write(std::vector<telemetry::Snapshot> nodes,
                  std::vector<sources::LaneStats> lanes = {}) {
  std::vector<std::shared_ptr<const telemetry::Snapshot>> snapshots;
  for (telemetry::Snapshot& node : nodes) {
    snapshots.push_back(std::make_shared<const telemetry::Snapshot>(std::move(node)));
  }
  const telemetry::View view(std::move(snapshots));
  return WriteNodeMetrics({view, seconds(10), lanes, {{}, {"1.2.3", "nvml"}, {}, {}, {}}}, kNow);
}

constexpr std::string_view kBuildInfo =
    "# HELP keda_gpu_scaler_build_info Always 1; the labels say what runs.\n"
    "# TYPE keda_gpu_scaler_build_info gauge\n"
    "keda_gpu_scaler_build_info{version=\"1.2.3\",source=\"nvml\"} 1\n";

TEST(NodeMetricsTest, BeforeTheFirstReadThereIsNothingButWhatRuns) {
  EXPECT_EQ(Write({}), kBuildInfo);
  telemetry::Snapshot first;
  first.node = "a";
  EXPECT_EQ(Write({first}), kBuildInfo);
}

TEST(NodeMetricsTest, ReadingsAreScaledAndDirectionsShareAFamily) {
  telemetry::Snapshot node = Node("a");
  node.gpus = {Gpu(0, "GPU-0"), Gpu(3, "GPU-3")};
  node.gpus[0].readings.Set(Metric::kGpuUtilization, 87.5, kNow);
  node.gpus[0].readings.Set(Metric::kMemoryUsedMib, 2, kNow);
  node.gpus[0].readings.Set(Metric::kPcieTxKbps, 11, kNow);
  node.gpus[0].readings.Set(Metric::kPcieRxKbps, 12, kNow);
  node.gpus[1].readings.Set(Metric::kGpuUtilization, 0, kNow);
  node.gpus[1].readings.Set(Metric::kPcieRxKbps, 13, kNow);
  EXPECT_EQ(
      Write({node}),
      "# HELP keda_gpu_scaler_gpu_utilization_percent Share of the last sampling window (1/6 s to "
      "1 s) in which at least one kernel ran.\n"
      "# TYPE keda_gpu_scaler_gpu_utilization_percent gauge\n"
      "keda_gpu_scaler_gpu_utilization_percent{gpu_index=\"0\",gpu_uuid=\"GPU-0\","
      "gpu_name=\"H100 \\\"80GB\\\"\"} 87.5\n"
      "keda_gpu_scaler_gpu_utilization_percent{gpu_index=\"3\",gpu_uuid=\"GPU-3\","
      "gpu_name=\"H100 \\\"80GB\\\"\"} 0\n"
      "# HELP keda_gpu_scaler_gpu_memory_used_bytes Device memory in use, without what the driver "
      "reserves for itself.\n"
      "# TYPE keda_gpu_scaler_gpu_memory_used_bytes gauge\n"
      "keda_gpu_scaler_gpu_memory_used_bytes{gpu_index=\"0\",gpu_uuid=\"GPU-0\","
      "gpu_name=\"H100 \\\"80GB\\\"\"} 2097152\n"
      "# HELP keda_gpu_scaler_gpu_pcie_throughput_kbps tx: PCIe traffic sent by the GPU, over a "
      "window of 20 ms. rx: PCIe traffic received by the GPU, over a window of 20 ms.\n"
      "# TYPE keda_gpu_scaler_gpu_pcie_throughput_kbps gauge\n"
      "keda_gpu_scaler_gpu_pcie_throughput_kbps{gpu_index=\"0\",gpu_uuid=\"GPU-0\","
      "gpu_name=\"H100 \\\"80GB\\\"\",direction=\"tx\"} 11\n"
      "keda_gpu_scaler_gpu_pcie_throughput_kbps{gpu_index=\"0\",gpu_uuid=\"GPU-0\","
      "gpu_name=\"H100 \\\"80GB\\\"\",direction=\"rx\"} 12\n"
      "keda_gpu_scaler_gpu_pcie_throughput_kbps{gpu_index=\"3\",gpu_uuid=\"GPU-3\","
      "gpu_name=\"H100 \\\"80GB\\\"\",direction=\"rx\"} 13\n"
      "# HELP keda_gpu_scaler_gpu_up 1: the GPU can be read. 0: it is lost, or the hardware cannot "
      "be read at all.\n"
      "# TYPE keda_gpu_scaler_gpu_up gauge\n"
      "keda_gpu_scaler_gpu_up{gpu_index=\"0\",gpu_uuid=\"GPU-0\",gpu_name=\"H100 \\\"80GB\\\"\"} "
      "1\n"
      "keda_gpu_scaler_gpu_up{gpu_index=\"3\",gpu_uuid=\"GPU-3\",gpu_name=\"H100 \\\"80GB\\\"\"} "
      "1\n"
      "# HELP keda_gpu_scaler_gpu_device_count GPUs that can be read. Absent while the hardware "
      "cannot be read at all.\n"
      "# TYPE keda_gpu_scaler_gpu_device_count untyped\n"
      "keda_gpu_scaler_gpu_device_count 2\n"
      "# HELP keda_gpu_scaler_snapshot_age_seconds Age of the newest successful read of the fast "
      "lane. Absent before the first.\n"
      "# TYPE keda_gpu_scaler_snapshot_age_seconds gauge\n"
      "keda_gpu_scaler_snapshot_age_seconds 0.25\n" +
          std::string(kBuildInfo));
}

TEST(NodeMetricsTest, AReadingThatIsAbsentHasNoSample) {
  telemetry::Snapshot node = Node("a");
  node.gpus = {Gpu(0, "GPU-0")};
  node.gpus[0].readings.SetUnsupported(Metric::kPowerDraw);
  node.gpus[0].readings.SetFailed(Metric::kTemperature);
  node.gpus[0].readings.Set(Metric::kGpuUtilization, std::nan(""), kNow);
  const std::string page = Write({node});
  EXPECT_THAT(page, Not(HasSubstr("power_draw")));
  EXPECT_THAT(page, Not(HasSubstr("temperature")));
  EXPECT_THAT(page, Not(HasSubstr("utilization")));
}

TEST(NodeMetricsTest, AReadingIsShownUntilItIsStale) {
  telemetry::Snapshot node = Node("a");
  node.gpus = {Gpu(0, "GPU-0")};
  node.gpus[0].readings.Set(Metric::kTemperature, 40, kNow - seconds(10));
  node.gpus[0].readings.Set(Metric::kPowerDraw, 300, kNow - milliseconds(10001));
  const std::string page = Write({node});
  EXPECT_THAT(page, HasSubstr("_gpu_temperature_celsius{"));
  EXPECT_THAT(page, Not(HasSubstr("power_draw")));
}

TEST(NodeMetricsTest, ALostGpuIsDownHasNoReadingsAndIsNotCounted) {
  telemetry::Snapshot node = Node("a");
  node.gpus = {Gpu(0, "GPU-0"), Gpu(1, "GPU-1")};
  node.gpus[0].readings.Set(Metric::kTemperature, 40, kNow);
  node.gpus[1].readings.Set(Metric::kTemperature, 41, kNow);
  node.gpus[1].status = absl::UnavailableError("the GPU is lost");
  const std::string page = Write({node});
  EXPECT_THAT(page, HasSubstr("_gpu_up{gpu_index=\"0\",gpu_uuid=\"GPU-0\",gpu_name=\"H100 "
                              "\\\"80GB\\\"\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("_gpu_up{gpu_index=\"1\",gpu_uuid=\"GPU-1\",gpu_name=\"H100 "
                              "\\\"80GB\\\"\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("_gpu_temperature_celsius{gpu_index=\"0\""));
  EXPECT_THAT(page, Not(HasSubstr("_gpu_temperature_celsius{gpu_index=\"1\"")));
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_gpu_device_count 1\n"));
}

TEST(NodeMetricsTest, WithoutADriverOrFreshDataTheDeviceCountIsAbsentAndNoGpuIsUp) {
  telemetry::Snapshot failed = Node("a");
  failed.gpus = {Gpu(0, "GPU-0")};
  failed.lane(Lane::kFast).status = absl::UnavailableError("no driver");
  telemetry::Snapshot hung = Node("a");
  hung.gpus = {Gpu(0, "GPU-0")};
  hung.lane(Lane::kFast).sampled_at = kNow - seconds(11);
  for (const telemetry::Snapshot& node : {failed, hung}) {
    const std::string page = Write({node});
    EXPECT_THAT(page, Not(HasSubstr("device_count")));
    EXPECT_THAT(page, HasSubstr("gpu_name=\"H100 \\\"80GB\\\"\"} 0\n"));
    EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_snapshot_age_seconds "));
  }
  // A node that has no GPU and says so is not a failure.
  EXPECT_THAT(Write({Node("a")}), HasSubstr("\nkeda_gpu_scaler_gpu_device_count 0\n"));
}

TEST(NodeMetricsTest, SeveralNodesAreToldApartByALabel) {
  telemetry::Snapshot a = Node("a");
  a.gpus = {Gpu(0, "GPU-0")};
  const std::string page = Write({a, Node("b")});
  EXPECT_THAT(page, HasSubstr("_gpu_up{node=\"a\",gpu_index=\"0\",gpu_uuid=\"GPU-0\","));
  EXPECT_THAT(page, HasSubstr("_gpu_device_count{node=\"a\"} 1\n"
                              "keda_gpu_scaler_gpu_device_count{node=\"b\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("_snapshot_age_seconds{node=\"b\"} 0.25\n"));
}

TEST(NodeMetricsTest, LanesAreCountedByName) {
  std::vector<sources::LaneStats> lanes(catalog::kLaneCount);
  lanes[0].collections = 7;
  lanes[0].seconds_total = 1.5;
  lanes[0].buckets[0] = 5;
  lanes[0].buckets[10] = 2;
  lanes[1].errors = 3;
  lanes[2].overruns = 4;
  lanes[0].sampled_at = kNow - milliseconds(500);
  lanes[2].busy_since = kNow - seconds(7);
  const std::string page = Write({}, lanes);
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_collections_total{lane=\"fast\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_collection_errors_total{lane=\"full\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_lane_overruns_total{lane=\"bandwidth\"} 4\n"));
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_lane_age_seconds{lane=\"fast\"} 0.5\n"));
  EXPECT_THAT(page, Not(HasSubstr("_lane_age_seconds{lane=\"bandwidth\"}")));
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_lane_read_seconds{lane=\"fast\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_lane_read_seconds{lane=\"bandwidth\"} 7\n"));
  const std::string histogram = "\nkeda_gpu_scaler_collection_duration_seconds_";
  EXPECT_THAT(page, HasSubstr(histogram + "bucket{lane=\"fast\",le=\"0.0005\"} 5\n"));
  EXPECT_THAT(page, HasSubstr(histogram + "bucket{lane=\"fast\",le=\"2.5\"} 5\n"));
  EXPECT_THAT(page, HasSubstr(histogram + "bucket{lane=\"fast\",le=\"+Inf\"} 7\n"));
  EXPECT_THAT(page, HasSubstr(histogram + "sum{lane=\"fast\"} 1.5\n"));
  EXPECT_THAT(page, HasSubstr(histogram + "count{lane=\"fast\"} 7\n"));
}

TEST(NodeMetricsTest, RequestsAreCountedByMethodAndStreamsOnlyWhereTheMethodHasThem) {
  const telemetry::View view;
  const serving::RequestStats requests[] = {{"GetMetrics", 10, 2, {}}, {"StreamIsActive", 3, 0, 1}};
  const serving::ConnectionStats grpc = {8, 9, 3, 1};
  HttpStats http;
  http.open_connections = 2;
  http.accepted = 30;
  http.evicted = 4;
  http.timed_out = 5;
  http.rejected = 6;
  http.accept_errors = 7;
  const std::string page =
      WriteNodeMetrics({view, seconds(10), {}, {requests, {"1", "nvml"}, grpc, http, {}}}, kNow);
  for (const std::string_view line : {
           "scaler_requests_total{method=\"GetMetrics\"} 10",
           "scaler_requests_total{method=\"StreamIsActive\"} 3",
           "scaler_request_errors_total{method=\"GetMetrics\"} 2",
           "scaler_request_errors_total{method=\"StreamIsActive\"} 0",
           "open_streams{method=\"StreamIsActive\"} 1",
           "grpc_connections_total 8",
           "grpc_refused_connections_total 9",
           "grpc_evicted_connections_total 3",
           "grpc_open_connections 1",
           "grpc_failed_handshakes_total 0",
           "http_open_connections 2",
           "http_connections_total 30",
           "http_evicted_connections_total 4",
           "http_timed_out_connections_total 5",
           "http_rejected_requests_total 6",
           "http_accept_errors_total 7",
       }) {
    EXPECT_THAT(page, HasSubstr("\nkeda_gpu_scaler_" + std::string(line) + "\n"));
  }
  EXPECT_THAT(page, Not(HasSubstr("open_streams{method=\"GetMetrics\"}")));
}

TEST(NodeMetricsTest, PodsAreShownWithTheGpusThatTheyHoldWhileTheListingIsFresh) {
  telemetry::Snapshot node = Node("a");
  telemetry::Ownership ownership;
  ownership.pods.push_back({"inference", "llm-0", {}, {"GPU-a", "GPU-b"}});
  ownership.listed_at = kNow - seconds(10);
  const auto write = [&] {
    node.ownership = std::make_shared<const telemetry::Ownership>(ownership);
    return Write({node});
  };
  const std::string prefix = "\nkeda_gpu_scaler_";
  const std::string holder =
      prefix + "gpu_holder_info{gpu_uuid=\"GPU-b\",namespace=\"inference\",pod=\"llm-0\"} 1\n";
  const std::string fresh = write();
  EXPECT_THAT(fresh, HasSubstr(holder));
  EXPECT_THAT(fresh, HasSubstr(prefix + "pod_listing_up 1\n"));
  EXPECT_THAT(fresh, HasSubstr(prefix + "pod_listing_age_seconds 10\n"));
  ownership.listed_at = kNow - milliseconds(10001);
  ownership.status = absl::UnavailableError("no socket");
  const std::string stale = write();
  EXPECT_THAT(stale, Not(HasSubstr("gpu_holder_info")));
  EXPECT_THAT(stale, HasSubstr(prefix + "pod_listing_up 0\n"));
  ownership.listed_at = {};
  EXPECT_THAT(write(), Not(HasSubstr("pod_listing_age")));
  node.ownership = nullptr;
  EXPECT_THAT(Write({node}), Not(HasSubstr("pod_listing")));
}

// "a, b" of `name{a="1",b="2"} 3`.
std::string LabelsOf(const std::string& line) {
  std::string names;
  const std::regex label("[{,]([a-z_]+)=\"");
  for (std::sregex_iterator at(line.begin(), line.end(), label), end; at != end; ++at) {
    names += (names.empty() ? "" : ", ") + (*at)[1].str();
  }
  return names;
}

TEST(NodeMetricsTest, EverySeriesIsOfTheTableOrTheCatalogAndHasTheLabelsToldThere) {
  std::map<std::string, std::string> labels;
  for (const FamilyRow& row : Families()) labels[row.FullName()] = row.labels;
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    const std::string direction = row.series.direction.empty() ? "" : ", direction";
    labels[std::string(kSeriesPrefix) + std::string(row.series.name)] =
        std::string(kGpuLabels) + direction;
  }
  telemetry::Snapshot node = Node("a");
  node.gpus = {Gpu(0, "GPU-0")};
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    node.gpus[0].readings.Set(row.id, 1, kNow);
  }
  telemetry::Ownership ownership;
  ownership.pods.push_back({"inference", "llm-0", {}, {"GPU-0"}});
  ownership.listed_at = kNow;
  node.ownership = std::make_shared<const telemetry::Ownership>(ownership);
  std::vector<sources::LaneStats> lanes(catalog::kLaneCount);
  for (sources::LaneStats& lane : lanes) lane.sampled_at = kNow;
  const serving::RequestStats requests[] = {{"StreamIsActive", 3, 0, 1}};
  for (const size_t nodes : {size_t{1}, size_t{2}}) {
    std::vector<std::shared_ptr<const telemetry::Snapshot>> held;
    for (size_t i = 0; i < nodes; ++i) {
      node.node = "node-" + std::to_string(i);
      held.push_back(std::make_shared<const telemetry::Snapshot>(node));
    }
    const telemetry::View view(std::move(held));
    NodeMetrics metrics = {view,
                           seconds(10),
                           lanes,
                           {requests,
                            {"1", "nvml"},
                            serving::ConnectionStats(),
                            HttpStats(),
                            ReadProcessStats(),
                            engines::ScraperStats()}};
    metrics.reports = fleet::Reporter::Stats();
    Exposition of_gateway;
    WriteFleetSeries(view, TotalWorkloads(view, {}, seconds(10), kNow), {}, {}, seconds(10), kNow,
                     of_gateway);
    std::istringstream page(WriteNodeMetrics(metrics, kNow) + std::move(of_gateway).Text());
    std::set<std::string> seen;
    for (std::string line; std::getline(page, line);) {
      if (line.starts_with('#')) continue;
      std::string name = line.substr(0, line.find_first_of("{ "));
      std::string expected = labels.contains(name) ? labels.at(name) : "";
      for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
        if (labels.contains(name) || !name.ends_with(suffix)) continue;
        name.resize(name.size() - suffix.size());
        expected = suffix == "_bucket" ? "lane, le" : "lane";
      }
      ASSERT_TRUE(labels.contains(name)) << line;
      const bool of_gateway_page = name.starts_with("keda_gpu_scaler_node_");
      if (nodes == 1 && expected.starts_with("node") && !of_gateway_page) {
        expected.erase(0, expected.starts_with("node, ") ? 6 : 4);
      }
      EXPECT_EQ(LabelsOf(line), expected) << line;
      seen.insert(name);
    }
    for (const FamilyRow& row : Families()) EXPECT_TRUE(seen.contains(row.FullName())) << row.name;
  }
}

TEST(ProcessStatsTest, ThisProcessIsDescribed) {
  const ProcessStats stats = ReadProcessStats();
  ASSERT_TRUE(stats.cpu_seconds && stats.start_time_seconds && stats.resident_bytes &&
              stats.virtual_bytes && stats.threads && stats.open_fds && stats.max_fds);
  EXPECT_GT(*stats.resident_bytes, 1U << 20);
  EXPECT_GT(*stats.virtual_bytes, *stats.resident_bytes);
  EXPECT_GE(*stats.threads, 1U);
  EXPECT_GE(*stats.max_fds, *stats.open_fds);
  const double now = static_cast<double>(time(nullptr));
  EXPECT_LE(*stats.start_time_seconds, now + 1);
  EXPECT_GT(*stats.start_time_seconds, now - 3600);
  const std::vector<std::shared_ptr<FILE>> files = {{fopen("/dev/null", "r"), fclose},
                                                    {fopen("/dev/null", "r"), fclose}};
  EXPECT_EQ(*ReadProcessStats().open_fds, *stats.open_fds + 2);
  EXPECT_EQ(ReadProcessStats().start_time_seconds, stats.start_time_seconds);
}

}  // namespace
}  // namespace gpuscaler::web
