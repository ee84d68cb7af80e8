#include "fleet/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "await.h"
#include "base/strings.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

using absl::StatusCode;
using telemetry::Snapshot;

class CollectorTest : public testing::Test {
 protected:
  // Joins and reports once; the stream's number.
  Collector::StreamId Report(const std::string& node, const std::vector<double>& gpus,
                             base::SteadyTime now) {
    const auto stream = collector_.NewStream();
    EXPECT_TRUE(collector_.Join(stream, node, "peer-of-" + node, now).ok());
    EXPECT_TRUE(collector_.Take(stream, MakeNode(node, gpus, now), now).ok());
    return stream;
  }
  // Whether a view that follows this report of node "a" is one that somebody waits for.
  bool IsUrgent(Collector::StreamId stream, const std::vector<double>& gpus, base::SteadyTime now,
                const HotGpus::OfNode& hot) {
    const uint64_t before = store_.Load()->number();
    EXPECT_TRUE(collector_.Take(stream, MakeNode("a", gpus, now), now, hot).ok());
    EXPECT_TRUE(Await([&] { return store_.Load()->number() > before; }));
    const auto view = store_.Load();
    return view->urgent_number() == view->number();
  }
  std::shared_ptr<const Snapshot> Published(const std::string& node) const {
    const auto view = store_.Load();
    for (const auto& held : view->nodes()) {
      if (held->node == node) return held;
    }
    return nullptr;
  }

  const base::SteadyTime start_ = base::Now();
  telemetry::Store store_;
  HotGpus hot_{[] {}};
  Collector collector_{
      {.forget_after = std::chrono::minutes(15), .limits = {.nodes = 3}}, store_, hot_};
};

// A stream evaluates urgent views at once, and others when it likes.
TEST_F(CollectorTest, AReportIsUrgentWithAChangeThatSomebodyWaitsForThoughItWasDue) {
  const auto stream = Report("a", {0, 0}, start_);
  ASSERT_TRUE(Await([&] { return Published("a") != nullptr; }));
  const std::string waited_for = Published("a")->gpus[1].identity->uuid;
  const HotGpus::OfNode hot = {false, {waited_for}};
  const base::Duration interval = collector_.report_interval();
  base::SteadyTime now = start_;
  EXPECT_FALSE(IsUrgent(stream, {0, 0}, now += interval, hot)) << "nothing has changed";
  EXPECT_FALSE(IsUrgent(stream, {90, 0}, now += interval, hot)) << "nobody waits for GPU 0";
  EXPECT_TRUE(IsUrgent(stream, {90, 70}, now += interval, hot));
  EXPECT_FALSE(IsUrgent(stream, {90, 60}, now += interval, {})) << "nobody waits at all";
  EXPECT_TRUE(IsUrgent(stream, {91, 60}, now += interval, {true, {}}));
  EXPECT_TRUE(IsUrgent(stream, {91, 60}, now += interval / 2, hot))
      << "before it was due: the node knows why";
}

TEST(ReportInterval, SmallFleetsReportMoreOften) {
  using std::chrono::milliseconds;
  EXPECT_EQ(ReportInterval(0), milliseconds(200));
  EXPECT_EQ(ReportInterval(200), milliseconds(200));
  EXPECT_EQ(ReportInterval(201), milliseconds(400));
  EXPECT_EQ(ReportInterval(801), milliseconds(1000));
  EXPECT_EQ(ReportInterval(5000), milliseconds(1000));
}

TEST_F(CollectorTest, PublishesWhatIsReported) {
  const auto stream = Report("a", {10}, start_);
  EXPECT_TRUE(Await([this] { return Published("a") != nullptr; }));
  EXPECT_TRUE(collector_.Take(stream, MakeNode("a", {20}, start_), start_).ok());
  EXPECT_TRUE(Await([this] {
    return Published("a")->gpus[0].readings.Value(catalog::Metric::kGpuUtilization) == 20;
  }));
  EXPECT_EQ(collector_.stats().nodes, 1u);
  EXPECT_EQ(collector_.stats().streams, 1u);
  EXPECT_EQ(collector_.stats().reports, 2u);
}

TEST_F(CollectorTest, ASecondStreamIsRefusedWhileTheFirstIsHeard) {
  const auto first = Report("a", {10}, start_);
  const auto second = collector_.NewStream();
  const auto refused = collector_.Join(second, "a", "elsewhere", start_ + Seconds(1.9));
  EXPECT_EQ(refused.status().code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(base::Message(refused.status())), testing::HasSubstr("peer-of-a"));
  EXPECT_EQ(collector_.stats().refused_streams, 1u);
  // Silent for longer than three reports, and two seconds.
  const auto taken = collector_.Join(second, "a", "elsewhere", start_ + Seconds(2.1));
  ASSERT_TRUE(taken.ok()) << taken.status();
  ASSERT_NE(*taken, nullptr);
  EXPECT_EQ((*taken)->node, "a");
  EXPECT_EQ(collector_.Take(first, MakeNode("a", {10}), start_ + Seconds(2.2)).code(),
            StatusCode::kAborted);
  collector_.Leave(first, "a");
  EXPECT_EQ(collector_.stats().streams, 1u) << "the second one's";
}

TEST_F(CollectorTest, AStreamThatHasEndedMakesPlaceAtOnce) {
  const auto first = Report("a", {10}, start_);
  collector_.Leave(first, "a");
  EXPECT_EQ(collector_.stats().streams, 0u);
  EXPECT_TRUE(collector_.Join(collector_.NewStream(), "a", "p", start_ + Seconds(0.01)).ok());
}

TEST_F(CollectorTest, AGpuOfTwoNodesIsTheFirstOnesWhileThatIsHeard) {
  const auto first = Report("a", {10, 11}, start_);
  const auto second = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(second, "b", "p", start_).ok());
  Snapshot claims = MakeNode("b", {90, 91}, start_);
  auto stolen = std::make_shared<telemetry::GpuIdentity>(*claims.gpus[1].identity);
  stolen->uuid = "a-1";
  claims.gpus[1].identity = stolen;
  ASSERT_TRUE(collector_.Take(second, claims, start_).ok());
  EXPECT_TRUE(Await([this] { return Published("b") != nullptr; }));
  EXPECT_TRUE(Published("b")->gpus[0].status.ok()) << "the rest is untouched";
  EXPECT_EQ(Published("b")->gpus[1].status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(Published("b")->gpus[1].status)),
              testing::HasSubstr("node a reports GPU a-1 too"));
  EXPECT_FALSE(Published("b")->gpus[1].readings.Value(catalog::Metric::kGpuUtilization));
  EXPECT_TRUE(Published("a")->gpus[1].status.ok());
  EXPECT_EQ(collector_.stats().contested_gpus, 1u);
  // It has moved: the first node is heard, and has it no more.
  ASSERT_TRUE(collector_.Take(first, MakeNode("a", {10}, start_), start_).ok());
  ASSERT_TRUE(collector_.Take(second, claims, start_).ok());
  EXPECT_TRUE(Await([this] { return Published("b")->gpus[1].status.ok(); }));
}

TEST_F(CollectorTest, APodOnAnotherNodesGpuDoesNotCount) {
  const auto first = Report("a", {10, 11}, start_);
  const auto second = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(second, "b", "p", start_).ok());
  Snapshot b = MakeNode("b", {90, 91}, start_);
  auto claimed = std::make_shared<telemetry::GpuIdentity>(*b.gpus[1].identity);
  claimed->uuid = "a-1";
  b.gpus[1].identity = claimed;
  HoldGpu(b, "on-a-gpu-it-claims", "a-1");
  HoldGpu(b, "on-a-gpu-it-only-lists", "a-0");
  HoldGpu(b, "on-a-gpu-that-nobody-can-read", "b-lost");
  HoldGpu(b, "on-its-own", "b-0", start_, true);
  ASSERT_TRUE(collector_.Take(second, b, start_).ok());
  ASSERT_TRUE(Await([this] { return Published("b") != nullptr; }));
  const auto published = Published("b");
  ASSERT_EQ(published->ownership->pods.size(), 2u);
  EXPECT_EQ(published->ownership->pods[0].name, "on-a-gpu-that-nobody-can-read");
  EXPECT_EQ(published->ownership->pods[1].name, "on-its-own");
  EXPECT_EQ(published->pods_worked, (std::vector<bool>{false, true}));
  EXPECT_EQ(collector_.stats().foreign_holdings, 2u);
  // The other node lists them no more: the word of this one holds.
  ASSERT_TRUE(collector_.Take(first, MakeNode("a", {}, start_), start_).ok());
  ASSERT_TRUE(collector_.Take(second, b, start_).ok());
  EXPECT_TRUE(Await([this] { return Published("b")->ownership->pods.size() == 4; }));
}

TEST_F(CollectorTest, APodCountsNoMoreOnceAnotherNodeReportsItsGpu) {
  const auto second = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(second, "b", "p", start_).ok());
  Snapshot b = MakeNode("b", {90}, start_);
  HoldGpu(b, "p-0", "a-0");
  ASSERT_TRUE(collector_.Take(second, b, start_).ok());
  ASSERT_TRUE(Await([this] { return Published("b") != nullptr; }));
  EXPECT_EQ(Published("b")->ownership->pods.size(), 1u);
  Report("a", {10}, start_);
  ASSERT_TRUE(collector_.Take(second, b, start_).ok());
  EXPECT_TRUE(Await([this] { return Published("b")->ownership->pods.empty(); }));
}

TEST_F(CollectorTest, ANewListingOfTheSameGpusIsLookedAtToo) {
  Report("a", {10}, start_);
  const auto second = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(second, "b", "p", start_).ok());
  Snapshot b = MakeNode("b", {90}, start_);
  ASSERT_TRUE(collector_.Take(second, b, start_).ok());
  HoldGpu(b, "p-0", "a-0");
  ASSERT_TRUE(collector_.Take(second, b, start_).ok());
  EXPECT_EQ(collector_.stats().foreign_holdings, 1u);
}

TEST_F(CollectorTest, AMachineUnderANewNameTakesItsGpusAlong) {
  const auto first = Report("a", {10, 11}, start_);
  collector_.Leave(first, "a");
  const auto second = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(second, "b", "p", start_).ok());
  Snapshot renamed = MakeNode("a", {90, 91}, start_);
  renamed.node = "b";
  ASSERT_TRUE(collector_.Take(second, renamed, start_).ok());
  EXPECT_TRUE(Await([this] {
    const auto a = Published("a");
    return Published("b") != nullptr && a != nullptr && !a->gpus[0].status.ok() &&
           !a->gpus[1].status.ok();
  }));
  EXPECT_TRUE(Published("b")->gpus[0].status.ok());
}

TEST_F(CollectorTest, WhatANodeListsNoMoreIsFree) {
  const auto first = Report("a", {10, 11}, start_);
  ASSERT_TRUE(collector_.Take(first, MakeNode("a", {10}, start_), start_).ok());
  const auto second = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(second, "b", "p", start_).ok());
  Snapshot moved = MakeNode("a", {1, 2}, start_);
  moved.node = "b";
  moved.gpus.erase(moved.gpus.begin());
  ASSERT_TRUE(collector_.Take(second, moved, start_).ok());
  EXPECT_TRUE(Await([this] { return Published("b") != nullptr; }));
  EXPECT_TRUE(Published("b")->gpus[0].status.ok());
}

TEST_F(CollectorTest, ANodeThatComesByTwoAddressesIsNoImpostor) {
  const auto first = collector_.NewStream();
  ASSERT_TRUE(collector_.Join(first, "a", "by-one", start_, 77).ok());
  const auto again = collector_.Join(collector_.NewStream(), "a", "by-another", start_, 77);
  EXPECT_EQ(again.status().code(), StatusCode::kAborted);
  EXPECT_EQ(collector_.stats().refused_streams, 0u);
  const auto other = collector_.Join(collector_.NewStream(), "a", "elsewhere", start_, 78);
  EXPECT_EQ(other.status().code(), StatusCode::kAlreadyExists);
}

TEST_F(CollectorTest, ANodeThatMakesRoomIsGoneWithItsGpus) {
  const auto join = [this](const std::string& node, const std::string& peer) {
    const auto stream = collector_.NewStream();
    EXPECT_TRUE(collector_.Join(stream, node, peer, start_).ok());
    EXPECT_TRUE(collector_.Take(stream, MakeNode(node, {1}, start_), start_).ok());
    return stream;
  };
  join("made-up-1", "ipv4:10.0.0.1:1");
  join("honest", "ipv4:10.0.0.2:1");
  const auto evicted = join("made-up-2", "ipv4:10.0.0.1:2");
  EXPECT_TRUE(Await([this] { return Published("made-up-2") != nullptr; }));
  EXPECT_TRUE(collector_.turned_away().At(start_).ok());
  join("honest-2", "ipv4:10.0.0.3:1");
  EXPECT_FALSE(collector_.turned_away().At(start_).ok()) << "whose pods it has nobody knows";
  EXPECT_TRUE(Await(
      [this] { return Published("honest-2") != nullptr && Published("made-up-2") == nullptr; }));
  EXPECT_EQ(collector_.stats().nodes, 3u);
  EXPECT_EQ(collector_.stats().evicted_nodes, 1u);
  EXPECT_EQ(collector_.Take(evicted, MakeNode("made-up-2", {1}), start_).code(),
            StatusCode::kAborted);
  collector_.Leave(evicted, "made-up-2");
  const auto again =
      collector_.Join(collector_.NewStream(), "made-up-2", "ipv4:10.0.0.1:3", start_);
  EXPECT_EQ(again.status().code(), StatusCode::kResourceExhausted) << "its address has one too";
}

TEST_F(CollectorTest, ASilentNodeThatMakesRoomIsMissedAsLongAsItWouldHaveBeen) {
  const auto quiet = collector_.NewStream();
  for (const char* node : {"a", "b"}) {
    EXPECT_TRUE(collector_.Join(collector_.NewStream(), node, "ipv4:10.0.0.2:1", start_).ok());
  }
  EXPECT_TRUE(collector_.Join(quiet, "quiet", "ipv4:10.0.0.2:2", start_).ok());
  collector_.Leave(quiet, "quiet");
  const auto later = start_ + std::chrono::minutes(1);
  EXPECT_TRUE(collector_.Join(collector_.NewStream(), "c", "ipv4:10.0.0.3:1", later).ok());
  EXPECT_FALSE(collector_.turned_away().At(start_ + std::chrono::minutes(15)).ok());
  EXPECT_TRUE(collector_.turned_away().At(start_ + std::chrono::minutes(15) + Seconds(1)).ok());
}

TEST_F(CollectorTest, ANodeThatIsRefusedForWantOfRoomIsRemembered) {
  for (const char* node : {"a", "b", "c"}) {
    EXPECT_TRUE(collector_.Join(collector_.NewStream(), node, "ipv4:10.0.0.1:1", start_).ok());
  }
  EXPECT_EQ(collector_.Join(collector_.NewStream(), "a", "ipv4:10.0.0.1:2", start_).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_TRUE(collector_.turned_away().At(start_).ok()) << "that one is known";
  EXPECT_FALSE(collector_.Join(collector_.NewStream(), "d", "ipv4:10.0.0.1:1", start_).ok());
  EXPECT_FALSE(collector_.turned_away().At(start_).ok());
}

TEST_F(CollectorTest, TheFleetIsKnownOnceNobodyJoins) {
  EXPECT_FALSE(collector_.warm_up().Over(start_).ok());
  Report("a", {1}, start_ + Seconds(1.5));
  EXPECT_FALSE(collector_.warm_up().Over(start_ + Seconds(3)).ok());
  EXPECT_TRUE(collector_.warm_up().Over(start_ + Seconds(3.6)).ok());
}

TEST(Collector, ASilentNodeIsForgotten) {
  telemetry::Store store;
  HotGpus hot([] {});
  Collector collector({.forget_after = std::chrono::milliseconds(1), .limits = {.nodes = 3}}, store,
                      hot);
  const auto stream = collector.NewStream();
  ASSERT_TRUE(collector.Join(stream, "a", "p", base::Now()).ok());
  ASSERT_TRUE(collector.Take(stream, MakeNode("a", {1}), base::Now()).ok());
  EXPECT_TRUE(Await([&] { return store.Load()->nodes().size() == 1; }));
  collector.Leave(stream, "a");
  EXPECT_TRUE(Await([&] { return store.Load()->nodes().empty(); }));
  EXPECT_EQ(collector.stats().nodes, 0u);
  // A stream that speaks again after that begins anew.
  EXPECT_EQ(collector.Take(stream, MakeNode("a", {1}), base::Now()).code(), StatusCode::kAborted);
}

}  // namespace
}  // namespace gpuscaler::fleet
