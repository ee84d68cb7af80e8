#include "fleet/report_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "base/strings.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

using telemetry::v1::NodeReport;

TEST(CheckHello, ANodeMustSayWhoItIs) {
  telemetry::v1::NodeHello hello;
  EXPECT_FALSE(CheckHello(hello).ok());
  hello.set_node(std::string(254, 'a'));
  EXPECT_FALSE(CheckHello(hello).ok());
  hello.set_node(std::string(253, 'a'));
  EXPECT_TRUE(CheckHello(hello).ok());
  for (int i = 0; i < 257; ++i) hello.add_metrics("m");
  EXPECT_FALSE(CheckHello(hello).ok());
}

struct BadReport {
  const char* why;
  std::function<void(NodeReport&)> spoil;
};

TEST(ReportReader, RefusesWhatCannotBeTrue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const BadReport cases[] = {
      {"gpu_utilization cannot be nan",
       [nan](auto& r) { r.mutable_readings(0)->set_values(0, nan); }},
      {"gpu_utilization cannot be 101", [](auto& r) { r.mutable_readings(0)->set_values(0, 101); }},
      {"0 values", [](auto& r) { r.mutable_readings(0)->clear_values(); }},
      {"0 ages", [](auto& r) { r.mutable_readings(0)->clear_ages_ms(); }},
      {"no list of GPUs", [](auto& r) { r.clear_gpus(); }},
      {"readings of 1 GPUs; the node has 2", [](auto& r) { r.mutable_readings()->RemoveLast(); }},
      {"must ascend", [](auto& r) { r.mutable_gpus()->mutable_gpus(1)->set_index(0); }},
      {"another GPU's", [](auto& r) { r.mutable_gpus()->mutable_gpus(1)->set_uuid("a-0"); }},
      {"node a: GPU 1: uuid has 97 bytes; allowed are at most 96",
       [](auto& r) { r.mutable_gpus()->mutable_gpus(1)->set_uuid(std::string(97, 'x')); }},
      {"node a: GPU 0: name has 257 bytes; allowed are at most 256",
       [](auto& r) { r.mutable_gpus()->mutable_gpus(0)->set_name(std::string(257, 'x')); }},
      {"node a: GPU 0: pci_bus_id has 33 bytes; allowed are at most 32",
       [](auto& r) { r.mutable_gpus()->mutable_gpus(0)->set_pci_bus_id(std::string(33, 'x')); }},
      {"node a: a pod's namespace has 254 bytes; allowed are at most 253",
       [](auto& r) { r.mutable_pod_listing()->add_pods()->set_namespace_(std::string(254, 'x')); }},
      {"node a: a pod's name has 254 bytes; allowed are at most 253",
       [](auto& r) { r.mutable_pod_listing()->add_pods()->set_name(std::string(254, 'x')); }},
      {"node a: pod ns/p: a GPU's uuid has 513 bytes; allowed are at most 512",
       [](auto& r) {
         telemetry::v1::Pod& pod = *r.mutable_pod_listing()->add_pods();
         pod.set_namespace_("ns");
         pod.set_name("p");
         pod.add_gpu_uuids(std::string(513, 'x'));
       }},
      {"an age cannot be", [](auto& r) { r.mutable_pod_listing()->set_age_seconds(-1); }},
      {"GPUs; allowed are at most 1024",
       [](auto& r) {
         for (uint32_t i = 2; i < 1100; ++i) {
           telemetry::v1::GpuFacts& gpu = *r.mutable_gpus()->add_gpus();
           gpu.set_index(i);
           gpu.set_uuid("GPU-" + std::to_string(i));
         }
       }},
  };
  for (const BadReport& row : cases) {
    NodeReport report = FirstReport(MakeNode("a", {10, 20}));
    row.spoil(report);
    ReportReader reader(report.hello(), nullptr);
    const auto read = reader.Read(report, kNow);
    ASSERT_FALSE(read.ok()) << row.why;
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(base::Message(read.status())), testing::HasSubstr(row.why));
  }
}

TEST(ReportReader, TakesTextsOfTheGreatestLength) {
  NodeReport report = FirstReport(MakeNode("a", {10}));
  telemetry::v1::GpuFacts& gpu = *report.mutable_gpus()->mutable_gpus(0);
  gpu.set_uuid(std::string(96, 'x'));
  gpu.set_name(std::string(256, 'x'));
  gpu.set_pci_bus_id(std::string(32, 'x'));
  telemetry::v1::Pod& pod = *report.mutable_pod_listing()->add_pods();
  pod.set_namespace_(std::string(253, 'x'));
  pod.set_name(std::string(253, 'x'));
  pod.add_gpu_uuids(std::string(512, 'x'));
  ReportReader reader(report.hello(), nullptr);
  const auto read = reader.Read(report, kNow);
  EXPECT_TRUE(read.ok()) << read.status();
}

TEST(ReportedFailures, EqualOnesAreKeptOnceAndLongOnesCut) {
  ReportedFailures failures;
  EXPECT_TRUE(failures.Status("").ok());
  const std::string text(5000, 'x');
  const absl::Status first = failures.Status(text);
  EXPECT_EQ(first.message(), std::string(1024, 'x'));
  EXPECT_EQ(failures.Status(text).message().data(), first.message().data());
}

TEST(ReportedFailures, BeyondWhatIsKeptThereIsStillAFailure) {
  ReportedFailures failures;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(1000 + i) + std::string(1020, 'x'));
  for (const std::string& text : texts) EXPECT_FALSE(failures.Status(text).ok());
  EXPECT_EQ(failures.Status(texts.back()).message(),
            "not told: its node tells of failures in more than 65536 bytes");
  EXPECT_EQ(failures.Status(texts.front()).message(), texts.front());
}

TEST(ReportReader, ARoundingErrorEndsNoStream) {
  NodeReport report = FirstReport(MakeNode("a", {10}));
  report.mutable_readings(0)->set_values(0, 100.0000001);
  ReportReader reader(report.hello(), nullptr);
  const auto read = reader.Read(report, kNow);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->gpus[0].readings.Value(catalog::Metric::kGpuUtilization), 100);
}

TEST(ReportReader, TimeGoesOnlyForward) {
  const NodeReport report = FirstReport(MakeNode("a", {10}, kNow, 12));
  ReportReader reader(report.hello(), nullptr);
  EXPECT_TRUE(reader.Read(report, kNow).ok());
  EXPECT_TRUE(reader.Read(report, kNow).ok()) << "the same again, older: it was sent";
  NodeReport earlier = report;
  earlier.set_sequence(11);
  EXPECT_THAT(std::string(base::Message(reader.Read(earlier, kNow).status())),
              testing::HasSubstr("from 12 to 11"));
}

TEST(ReportReader, NeighbouringVersionsUnderstandEachOther) {
  // A newer node: a metric and a lane that nobody here knows, before the others.
  NodeReport newer = FirstReport(MakeNode("a", {10}));
  newer.mutable_hello()->mutable_metrics()->Clear();
  newer.mutable_hello()->add_metrics("tensor_active");
  newer.mutable_hello()->add_metrics("gpu_utilization");
  auto& readings = *newer.mutable_readings(0);
  readings.Clear();
  for (const double value : {77.0, 10.0}) {
    readings.add_states(telemetry::v1::READING_STATE_VALUE);
    readings.add_values(value);
    readings.add_ages_ms(5);
  }
  ReportReader of_newer(newer.hello(), nullptr);
  auto read = of_newer.Read(newer, kNow);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->gpus[0].readings.Value(catalog::Metric::kGpuUtilization), 10);
  EXPECT_EQ(read->gpus[0].readings[catalog::Metric::kPowerDraw].state,
            telemetry::ReadingState::kNever);

  // An older one: fewer lanes, no listing.
  NodeReport older = FirstReport(MakeNode("a", {10}));
  older.mutable_hello()->mutable_lanes()->RemoveLast();
  older.mutable_lanes()->RemoveLast();
  ReportReader of_older(older.hello(), nullptr);
  read = of_older.Read(older, kNow);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->lane(catalog::Lane::kBandwidth).sampled_at, base::SteadyTime());
  EXPECT_EQ(read->lane(catalog::Lane::kFast).sampled_at, kNow);
}

}  // namespace
}  // namespace gpuscaler::fleet
