#include "web/json_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "api.pb.h"

namespace gpuscaler::web {
namespace {

namespace pb = google::protobuf;

api::v1::SnapshotPage FullPage() {
  api::v1::SnapshotPage page;
  page.mutable_at()->set_seconds(1'769'860'800);
  page.mutable_at()->set_nanos(123'000'000);
  page.set_total(3);
  page.set_next("node \"1\"\n\xC3\xA9");
  api::v1::Node& node = *page.add_nodes();
  node.set_node("node-1");
  node.set_state(api::v1::LOST);
  node.set_heard_age_seconds(0.1);
  api::v1::Gpu& gpu = *node.add_gpus();
  gpu.set_index(7);
  (*gpu.mutable_readings())["temperature"] = 61;
  (*gpu.mutable_readings())["gpu_utilization"] = 12.5;
  (*gpu.mutable_readings())["memory_used_mib"] = 81559.0;
  gpu.add_pods()->set_worked(true);
  for (const double value : {91.0, 0.0}) {
    gpu.mutable_history()->mutable_memory_percent()->add_values()->set_number_value(value);
  }
  gpu.mutable_history()->mutable_memory_percent()->add_values()->set_null_value(pb::NULL_VALUE);
  page.add_nodes();
  return page;
}

TEST(JsonText, IsWhatProtobufReadsBack) {
  const api::v1::SnapshotPage page = FullPage();
  api::v1::SnapshotPage read;
  const auto parsed = pb::util::JsonStringToMessage(JsonText(page), &read);
  ASSERT_TRUE(parsed.ok()) << parsed.ToString() << "\n" << JsonText(page);
  EXPECT_TRUE(pb::util::MessageDifferencer::Equals(page, read)) << read.DebugString();
}

TEST(JsonText, LeavesOutWhatIsAbsentAndShowsWhatIsZero) {
  api::v1::Summary summary;
  summary.mutable_nodes();
  EXPECT_EQ(JsonText(summary),
            "{\"version\":\"\",\"role\":\"\",\"source\":\"\",\"node\":\"\",\"not_ready\":\"\","
            "\"nodes\":{\"fresh\":0,\"stale\":0,\"lost\":0},\"pods\":0,\"workloads\":0,"
            "\"stale_after_seconds\":0}");
  summary.set_coverage_percent(0);
  EXPECT_THAT(JsonText(summary), testing::HasSubstr("\"coverage_percent\":0,"));
}

TEST(JsonText, IsTheSameAtEveryCallAndInTheOrderOfNames) {
  EXPECT_THAT(JsonText(FullPage()),
              testing::HasSubstr("\"readings\":{\"gpu_utilization\":12.5,"
                                 "\"memory_used_mib\":81559,\"temperature\":61}"));
  EXPECT_THAT(JsonText(FullPage()), testing::HasSubstr("\"at\":\"2026-01-31T12:00:00.123Z\""));
  EXPECT_THAT(JsonText(FullPage()), testing::HasSubstr("\"memory_percent\":[91,0,null]"));
}

TEST(JsonText, NeverHoldsWhatIsNoNumber) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  api::v1::Summary summary;
  summary.set_stale_after_seconds(kInfinity);
  summary.set_coverage_percent(kNan);
  EXPECT_THAT(JsonText(summary), testing::Not(testing::HasSubstr("stale_after")));
  EXPECT_THAT(JsonText(summary), testing::Not(testing::HasSubstr("coverage")));
  api::v1::Gpu gpu;
  (*gpu.mutable_readings())["a"] = kNan;
  (*gpu.mutable_readings())["b"] = 1e-7;
  EXPECT_THAT(JsonText(gpu), testing::HasSubstr("\"readings\":{\"b\":1e-07}"));
}

TEST(JsonText, IsUtf8WhateverATextHolds) {
  api::v1::Summary summary;
  summary.set_node("a\xFF</script>\x01");
  const std::string json = JsonText(summary);
  EXPECT_THAT(json, testing::HasSubstr("a\xEF\xBF\xBD"));
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("\xFF")));
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("\x01")));
}

}  // namespace
}  // namespace gpuscaler::web
