#include "sources/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>

#include "base/gate.h"
#include "base/strings.h"
#include "sources/scripted_source.h"
#include "telemetry/store.h"

namespace gpuscaler::sources {
namespace {

using catalog::Lane;
using catalog::Metric;
using std::chrono::hours;
using std::chrono::milliseconds;
using tests::Await;
using tests::kPatience;

constexpr Lane kLanes[] = {Lane::kFast, Lane::kFull, Lane::kBandwidth};

GpuSample Sample(Metric metric, double value, const std::string& uuid = "a") {
  GpuSample sample;
  sample.identity = Identity(0, uuid);
  sample.readings.Set(metric, value, base::Now());
  return sample;
}

Sampler::Options Periods(base::Duration fast, base::Duration full, base::Duration bandwidth) {
  return {.node = "node-1", .periods = {fast, full, bandwidth}};
}

class SamplerTest : public testing::Test {
 protected:
  std::shared_ptr<const telemetry::Snapshot> Newest() const {
    const auto view = store_.Load();
    return view->nodes().empty() ? nullptr : view->nodes()[0];
  }
  bool AwaitSnapshot(const std::function<bool(const telemetry::Snapshot&)>& fits) const {
    return Await([&] {
      const auto newest = Newest();
      return newest != nullptr && fits(*newest);
    });
  }
  std::optional<double> Value(Metric metric) const {
    const auto newest = Newest();
    if (newest == nullptr || newest->gpus.size() != 1) return std::nullopt;
    return newest->gpus[0].readings.Value(metric);
  }

  ScriptedSource source_;
  telemetry::Store store_;
};

TEST_F(SamplerTest, ReadsEveryLaneAtOnceAndJoinsThemInOneSnapshot) {
  source_.Answer(Lane::kFast, std::vector<GpuSample>{Sample(Metric::kGpuUtilization, 40)});
  source_.Answer(Lane::kFull, std::vector<GpuSample>{Sample(Metric::kPowerDraw, 300)});
  source_.Answer(Lane::kBandwidth, std::vector<GpuSample>{Sample(Metric::kPcieTxKbps, 7)});
  Sampler sampler(Periods(hours(1), hours(1), hours(1)), source_, store_);
  ASSERT_TRUE(AwaitSnapshot([](const auto& snapshot) { return snapshot.sequence == 3; }));
  EXPECT_EQ(Newest()->node, "node-1");
  EXPECT_EQ(Value(Metric::kGpuUtilization), 40);
  EXPECT_EQ(Value(Metric::kPowerDraw), 300);
  EXPECT_EQ(Value(Metric::kPcieTxKbps), 7);
}

TEST_F(SamplerTest, AHungLaneDelaysNoOther) {
  source_.gate(Lane::kFull).Close();
  source_.gate(Lane::kBandwidth).Close();
  source_.Answer(Lane::kFast, std::vector<GpuSample>{Sample(Metric::kGpuUtilization, 40)});
  Sampler sampler(Periods(milliseconds(1), milliseconds(1), milliseconds(1)), source_, store_);
  ASSERT_TRUE(source_.gate(Lane::kFull).AwaitArrivals(1));
  ASSERT_TRUE(source_.gate(Lane::kBandwidth).AwaitArrivals(1));
  EXPECT_TRUE(source_.gate(Lane::kFast).AwaitArrivals(20));
  EXPECT_EQ(source_.gate(Lane::kFull).arrivals(), 1);
  EXPECT_EQ(Value(Metric::kGpuUtilization), 40);

  source_.Answer(Lane::kFast, std::vector<GpuSample>{Sample(Metric::kGpuUtilization, 41)});
  EXPECT_TRUE(Await([&] { return Value(Metric::kGpuUtilization) == 41; }));
  EXPECT_TRUE(sampler.Stats(Lane::kFull).busy_since.has_value());
  EXPECT_EQ(sampler.Stats(Lane::kFull).collections, 0u);
  source_.gate(Lane::kFull).Open();
  source_.gate(Lane::kBandwidth).Open();
}

TEST_F(SamplerTest, StopGivesUpOnAHangAndSucceedsOnceItIsOver) {
  source_.gate(Lane::kBandwidth).Close();
  Sampler sampler(Periods(milliseconds(1), milliseconds(1), milliseconds(1)), source_, store_);
  ASSERT_TRUE(source_.gate(Lane::kBandwidth).AwaitArrivals(1));
  EXPECT_FALSE(sampler.StopWithin(milliseconds(20)));
  source_.gate(Lane::kBandwidth).Open();
  EXPECT_TRUE(sampler.StopWithin(kPatience));
  const uint64_t at_stop = Newest()->sequence;
  EXPECT_TRUE(sampler.StopWithin(kPatience));
  EXPECT_EQ(Newest()->sequence, at_stop);
}

TEST_F(SamplerTest, CountsReadsErrorsAndTime) {
  source_.Answer(Lane::kFull, absl::UnavailableError("no driver"));
  Sampler sampler(Periods(milliseconds(1), milliseconds(1), hours(1)), source_, store_);
  ASSERT_TRUE(Await([&] {
    return sampler.Stats(Lane::kFast).collections >= 5 &&
           sampler.Stats(Lane::kFull).collections >= 5 &&
           sampler.Stats(Lane::kBandwidth).collections >= 1;
  }));
  ASSERT_TRUE(sampler.StopWithin(kPatience));
  for (const Lane lane : kLanes) {
    const LaneStats stats = sampler.Stats(lane);
    EXPECT_EQ(stats.collections, static_cast<uint64_t>(source_.gate(lane).arrivals()))
        << catalog::LaneName(lane);
    EXPECT_EQ(std::accumulate(stats.buckets.begin(), stats.buckets.end(), uint64_t{0}),
              stats.collections);
    EXPECT_EQ(stats.errors, lane == Lane::kFull ? stats.collections : 0);
    EXPECT_GT(stats.seconds_total, 0);
    EXPECT_FALSE(stats.busy_since.has_value());
  }
  EXPECT_EQ(sampler.Stats(Lane::kBandwidth).collections, 1u);
  EXPECT_EQ(Newest()->lane(Lane::kFull).status, absl::UnavailableError("no driver"));
  EXPECT_TRUE(Newest()->lane(Lane::kFast).status.ok());
}

TEST_F(SamplerTest, AReadLongerThanItsPeriodIsCountedAsOverrunsAndByDuration) {
  source_.gate(Lane::kFull).Close();
  Sampler sampler(Periods(hours(1), milliseconds(5), hours(1)), source_, store_);
  ASSERT_TRUE(source_.gate(Lane::kFull).AwaitArrivals(1));
  const auto held_since = base::Now();
  ASSERT_TRUE(Await([&] { return base::Now() - held_since > milliseconds(60); }));
  source_.gate(Lane::kFull).Open();
  ASSERT_TRUE(Await([&] { return sampler.Stats(Lane::kFull).overruns >= 11; }));
  ASSERT_TRUE(sampler.StopWithin(kPatience));
  const LaneStats stats = sampler.Stats(Lane::kFull);
  EXPECT_GE(stats.seconds_total, 0.06);
  // More than 50 ms: in none of the first seven buckets, 0.5 ms to 50 ms.
  const uint64_t short_reads =
      std::accumulate(stats.buckets.begin(), stats.buckets.begin() + 7, uint64_t{0});
  EXPECT_LT(short_reads, stats.collections);
  EXPECT_EQ(sampler.Stats(Lane::kFast).overruns, 0u);
}

TEST_F(SamplerTest, OverrunsAreCountedWhileTheReadStillHangs) {
  source_.gate(Lane::kFull).Close();
  Sampler sampler(Periods(hours(1), milliseconds(5), hours(1)), source_, store_);
  EXPECT_TRUE(Await([&] { return sampler.Stats(Lane::kFull).overruns >= 3; }));
  const uint64_t during = sampler.Stats(Lane::kFull).overruns;
  source_.gate(Lane::kFull).Open();
  ASSERT_TRUE(Await([&] { return sampler.Stats(Lane::kFull).collections >= 1; }));
  EXPECT_GE(sampler.Stats(Lane::kFull).overruns, during);
}

TEST_F(SamplerTest, AReadThatHangsIsSaidInTheSnapshotUntilItEnds) {
  source_.Answer(Lane::kFast, absl::UnavailableError("the number of GPUs has changed"));
  Sampler sampler(Periods(milliseconds(1), hours(1), hours(1)), source_, store_);
  ASSERT_TRUE(AwaitSnapshot([](const auto& node) { return !node.lane(Lane::kFast).status.ok(); }));
  source_.gate(Lane::kFast).Close();
  const auto hangs = [](const telemetry::Snapshot& node) {
    return base::Message(node.lane(Lane::kFast).status)
        .starts_with("a read of the fast lane hangs in the driver since 2");
  };
  EXPECT_TRUE(AwaitSnapshot(hangs)) << Newest()->lane(Lane::kFast).status;
  EXPECT_TRUE(Newest()->lane(Lane::kFull).status.ok());
  source_.Answer(Lane::kFast, std::vector<GpuSample>());
  source_.gate(Lane::kFast).Open();
  EXPECT_TRUE(AwaitSnapshot([](const auto& node) { return node.lane(Lane::kFast).status.ok(); }));
}

TEST_F(SamplerTest, AHangAtTheFirstReadIsSaidToo) {
  for (const Lane lane : kLanes) source_.gate(lane).Close();
  Sampler sampler(Periods(milliseconds(1), milliseconds(1), milliseconds(1)), source_, store_);
  EXPECT_TRUE(AwaitSnapshot([](const auto& node) {
    return std::all_of(node.lanes.begin(), node.lanes.end(),
                       [](const auto& lane) { return !lane.status.ok(); });
  }));
  EXPECT_FALSE(sampler.Stats(Lane::kFast).sampled_at.has_value());
  for (const Lane lane : kLanes) source_.gate(lane).Open();
}

TEST(HangsAfter, TenPeriodsWithinOneAndFiveSeconds) {
  EXPECT_EQ(HangsAfter(milliseconds(1)), std::chrono::seconds(1));
  EXPECT_EQ(HangsAfter(milliseconds(200)), std::chrono::seconds(2));
  EXPECT_EQ(HangsAfter(std::chrono::seconds(2)), std::chrono::seconds(5));
  EXPECT_EQ(HangsAfter(base::Duration::max()), std::chrono::seconds(5));
}

TEST_F(SamplerTest, FollowsChangesOfTheListOfGpus) {
  source_.Answer(Lane::kFast, std::vector<GpuSample>{Sample(Metric::kGpuUtilization, 1)});
  Sampler sampler(Periods(milliseconds(1), hours(1), hours(1)), source_, store_);
  ASSERT_TRUE(Await([&] { return Value(Metric::kGpuUtilization) == 1; }));

  GpuSample second = Sample(Metric::kGpuUtilization, 2, "b");
  second.identity = Identity(1, "b");
  source_.Answer(Lane::kFast, std::vector<GpuSample>{Sample(Metric::kGpuUtilization, 1), second});
  ASSERT_TRUE(AwaitSnapshot([](const auto& snapshot) { return snapshot.gpus.size() == 2; }));
  EXPECT_EQ(Newest()->gpus[1].identity->uuid, "b");

  source_.Answer(Lane::kFast, std::vector<GpuSample>());
  EXPECT_TRUE(AwaitSnapshot([](const auto& snapshot) { return snapshot.gpus.empty(); }));
}

TEST_F(SamplerTest, PublishesSnapshotsInOrderAndWakesSubscribersForEach) {
  uint64_t last = 0;  // only the store calls, and one call at a time
  bool in_order = true;
  tests::Gate woken(true);
  const auto id = store_.Subscribe([&] {
    const uint64_t sequence = store_.Load()->nodes()[0]->sequence;
    in_order = in_order && sequence == last + 1;
    last = sequence;
    woken.Pass();
  });
  {
    Sampler sampler(Periods(milliseconds(1), milliseconds(1), milliseconds(1)), source_, store_);
    ASSERT_TRUE(woken.AwaitArrivals(100));
  }
  store_.Unsubscribe(id);
  EXPECT_TRUE(in_order);
}

TEST_F(SamplerTest, DestructionWaitsForNoPeriod) {
  const auto before = base::Now();
  {
    Sampler sampler(Periods(hours(1), hours(1), hours(1)), source_, store_);
    for (const Lane lane : kLanes) ASSERT_TRUE(source_.gate(lane).AwaitArrivals(1));
  }
  EXPECT_LT(base::Now() - before, kPatience);
}

}  // namespace
}  // namespace gpuscaler::sources
