#include "sources/fold.h"

#include <gtest/gtest.h>

#include <chrono>

#include "sources/scripted_source.h"

namespace gpuscaler::sources {
namespace {

using catalog::Lane;
using catalog::Metric;
using telemetry::ReadingState;
using telemetry::Snapshot;

constexpr base::SteadyTime At(int seconds) {
  return base::SteadyTime(std::chrono::seconds(seconds));
}
constexpr base::WallTime WallAt(int seconds) {
  return base::WallTime(std::chrono::seconds(seconds));
}

GpuSample FastSample(uint32_t index, const std::string& uuid, double utilization, int second) {
  GpuSample sample;
  sample.identity = Identity(index, uuid);
  sample.readings.Set(Metric::kGpuUtilization, utilization, At(second));
  sample.readings.SetUnsupported(Metric::kMemoryUtilization);
  sample.readings.Set(Metric::kMemoryUsedMib, 1000, At(second));
  return sample;
}

GpuSample FullSample(uint32_t index, const std::string& uuid, double watts, int second) {
  GpuSample sample;
  sample.identity = Identity(index, uuid);
  sample.readings.Set(Metric::kPowerDraw, watts, At(second));
  sample.readings.SetUnsupported(Metric::kTemperature);
  return sample;
}

Snapshot FoldIn(const Snapshot& previous, Lane lane, const ReadResult& read, int second) {
  return Fold(previous, lane, read, At(second), WallAt(second));
}

// Second 1: both lanes have read GPU a, 40% and 300 W.
Snapshot Both() {
  Snapshot first;
  first.node = "node-1";
  const Snapshot fast =
      FoldIn(first, Lane::kFast, std::vector<GpuSample>{FastSample(0, "a", 40, 1)}, 1);
  return FoldIn(fast, Lane::kFull, std::vector<GpuSample>{FullSample(0, "a", 300, 1)}, 1);
}

TEST(Fold, NumbersAndDatesEachSnapshot) {
  Snapshot first;
  first.node = "node-1";
  const Snapshot next = FoldIn(first, Lane::kFast, std::vector<GpuSample>(), 7);
  EXPECT_EQ(next.node, "node-1");
  EXPECT_EQ(next.sequence, 1u);
  EXPECT_EQ(next.taken_at, At(7));
  EXPECT_EQ(next.taken_at_wall, WallAt(7));
  EXPECT_EQ(FoldIn(next, Lane::kFull, absl::UnavailableError("x"), 8).sequence, 2u);
}

TEST(Fold, ReplacesTheLanesReadingsAndKeepsTheOtherLanes) {
  const Snapshot next =
      FoldIn(Both(), Lane::kFast, std::vector<GpuSample>{FastSample(0, "a", 55, 3)}, 3);
  ASSERT_EQ(next.gpus.size(), 1u);
  const auto& readings = next.gpus[0].readings;
  EXPECT_EQ(*readings.Value(Metric::kGpuUtilization), 55);
  EXPECT_EQ(readings[Metric::kGpuUtilization].sampled_at, At(3));
  EXPECT_EQ(*readings.Value(Metric::kPowerDraw), 300);
  EXPECT_EQ(readings[Metric::kPowerDraw].sampled_at, At(1));
  EXPECT_EQ(readings[Metric::kMemoryUtilization].state, ReadingState::kUnsupported);
  EXPECT_EQ(readings[Metric::kTemperature].state, ReadingState::kUnsupported);
  EXPECT_EQ(readings[Metric::kPcieTxKbps].state, ReadingState::kNever);
  EXPECT_EQ(next.lane(Lane::kFast).sampled_at, At(3));
  EXPECT_EQ(next.lane(Lane::kFull).sampled_at, At(1));
  EXPECT_EQ(next.lane(Lane::kBandwidth).sampled_at, base::SteadyTime());
}

TEST(Fold, TakesNoReadingsOfOtherLanesFromASample) {
  GpuSample sample = FastSample(0, "a", 55, 3);
  sample.readings.Set(Metric::kPowerDraw, 1, At(3));
  const Snapshot next = FoldIn(Both(), Lane::kFast, std::vector<GpuSample>{sample}, 3);
  EXPECT_EQ(*next.gpus[0].readings.Value(Metric::kPowerDraw), 300);
}

TEST(Fold, AReadThatFailedWholeKeepsAllReadingsWhichAge) {
  const Snapshot next = FoldIn(Both(), Lane::kFast, absl::UnavailableError("no driver"), 3);
  ASSERT_EQ(next.gpus.size(), 1u);
  EXPECT_EQ(*next.gpus[0].readings.Value(Metric::kGpuUtilization), 40);
  EXPECT_EQ(next.gpus[0].readings[Metric::kGpuUtilization].sampled_at, At(1));
  EXPECT_EQ(next.lane(Lane::kFast).status, absl::UnavailableError("no driver"));
  EXPECT_EQ(next.lane(Lane::kFast).sampled_at, At(1));
  EXPECT_TRUE(next.lane(Lane::kFull).status.ok());
}

TEST(Fold, ASuccessfulReadClearsTheLanesFailure) {
  const Snapshot failed = FoldIn(Both(), Lane::kFast, absl::UnavailableError("no driver"), 3);
  const Snapshot next =
      FoldIn(failed, Lane::kFast, std::vector<GpuSample>{FastSample(0, "a", 5, 4)}, 4);
  EXPECT_TRUE(next.lane(Lane::kFast).status.ok());
  EXPECT_EQ(next.lane(Lane::kFast).sampled_at, At(4));
}

TEST(Fold, AGpuThatCannotBeReadLosesItsReadingsAtOnceAndAlone) {
  const Snapshot two =
      FoldIn(Both(), Lane::kFast,
             std::vector<GpuSample>{FastSample(0, "a", 40, 2), FastSample(1, "b", 60, 2)}, 2);
  GpuSample lost;
  lost.identity = Identity(0, "a");
  lost.status = absl::UnavailableError("GPU is lost");
  const Snapshot next =
      FoldIn(two, Lane::kFast, std::vector<GpuSample>{lost, FastSample(1, "b", 61, 3)}, 3);
  ASSERT_EQ(next.gpus.size(), 2u);
  EXPECT_EQ(next.gpus[0].status, absl::UnavailableError("GPU is lost"));
  for (const auto& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    EXPECT_EQ(next.gpus[0].readings[row.id].state, ReadingState::kNever) << row.name;
  }
  EXPECT_TRUE(next.gpus[1].status.ok());
  EXPECT_EQ(*next.gpus[1].readings.Value(Metric::kGpuUtilization), 61);

  const Snapshot back =
      FoldIn(next, Lane::kFast,
             std::vector<GpuSample>{FastSample(0, "a", 9, 4), FastSample(1, "b", 62, 4)}, 4);
  EXPECT_TRUE(back.gpus[0].status.ok());
  EXPECT_EQ(*back.gpus[0].readings.Value(Metric::kGpuUtilization), 9);
  EXPECT_EQ(back.gpus[0].readings[Metric::kPowerDraw].state, ReadingState::kNever)
      << "readings from before the loss must not come back";
}

TEST(Fold, GpusWithoutAUuidAreToldApartByTheirIndex) {
  const Snapshot both =
      FoldIn({}, Lane::kFast,
             std::vector<GpuSample>{FastSample(0, "", 40, 1), FastSample(1, "", 60, 1)}, 1);
  GpuSample failed = FastSample(1, "", 0, 2);
  failed.readings.SetFailed(Metric::kGpuUtilization);
  const Snapshot next = FoldIn(both, Lane::kFast, std::vector<GpuSample>{failed}, 2);
  EXPECT_EQ(next.gpus[0].readings.Value(Metric::kGpuUtilization), 60);
}

TEST(Fold, AReadingThatFailedKeepsItsEarlierValueWhichAges) {
  GpuSample sample = FastSample(0, "a", 0, 3);
  sample.readings.SetFailed(Metric::kGpuUtilization);
  sample.reading_failure = absl::InternalError("unknown error");
  const Snapshot next = FoldIn(Both(), Lane::kFast, std::vector<GpuSample>{sample}, 3);
  const auto& gpu = next.gpus[0];
  EXPECT_TRUE(gpu.status.ok());
  EXPECT_EQ(*gpu.readings.Value(Metric::kGpuUtilization), 40);
  EXPECT_EQ(gpu.readings[Metric::kGpuUtilization].sampled_at, At(1));
  EXPECT_EQ(gpu.readings[Metric::kMemoryUsedMib].sampled_at, At(3));
  EXPECT_EQ(gpu.reading_failures[0], absl::InternalError("unknown error"));
  EXPECT_EQ(gpu.readings.Newest(Metric::kGpuUtilization), std::nullopt);
  EXPECT_TRUE(gpu.readings.Newest(Metric::kMemoryUsedMib).has_value());
  const Snapshot again =
      FoldIn(next, Lane::kFast, std::vector<GpuSample>{FastSample(0, "a", 7, 4)}, 4);
  EXPECT_EQ(again.gpus[0].readings.Newest(Metric::kGpuUtilization), 7);
  EXPECT_TRUE(gpu.reading_failures[1].ok());

  const Snapshot full =
      FoldIn(next, Lane::kFull, std::vector<GpuSample>{FullSample(0, "a", 310, 4)}, 4);
  EXPECT_EQ(full.gpus[0].reading_failures[0], absl::InternalError("unknown error"))
      << "another lane's success is not this lane's";
  const Snapshot mended =
      FoldIn(full, Lane::kFast, std::vector<GpuSample>{FastSample(0, "a", 41, 5)}, 5);
  EXPECT_TRUE(mended.gpus[0].reading_failures[0].ok());
}

TEST(Fold, AReadingThatFailedWithoutAnEarlierValueIsFailed) {
  GpuSample sample = FastSample(0, "a", 0, 3);
  sample.readings.SetFailed(Metric::kGpuUtilization);
  sample.readings.SetFailed(Metric::kMemoryUtilization);
  Snapshot empty;
  const Snapshot first = FoldIn(empty, Lane::kFast, std::vector<GpuSample>{sample}, 3);
  EXPECT_EQ(first.gpus[0].readings[Metric::kGpuUtilization].state, ReadingState::kFailed);
  const Snapshot after_unsupported = FoldIn(Both(), Lane::kFast, std::vector<GpuSample>{sample}, 3);
  EXPECT_EQ(after_unsupported.gpus[0].readings[Metric::kMemoryUtilization].state,
            ReadingState::kFailed);
}

TEST(Fold, AMetricThatIsUnsupportedNowHasNoValueAnyMore) {
  GpuSample sample = FastSample(0, "a", 0, 3);
  sample.readings.SetUnsupported(Metric::kGpuUtilization);
  const Snapshot next = FoldIn(Both(), Lane::kFast, std::vector<GpuSample>{sample}, 3);
  EXPECT_EQ(next.gpus[0].readings[Metric::kGpuUtilization].state, ReadingState::kUnsupported);
}

TEST(Fold, GpusAreTheSameByUuidWhateverTheirIndex) {
  // The driver came back with GPU b in a's place, and a behind it.
  const Snapshot next =
      FoldIn(Both(), Lane::kFast,
             std::vector<GpuSample>{FastSample(0, "b", 1, 3), FastSample(1, "a", 2, 3)}, 3);
  ASSERT_EQ(next.gpus.size(), 2u);
  EXPECT_EQ(next.gpus[0].identity->uuid, "b");
  EXPECT_FALSE(next.gpus[0].readings.Value(Metric::kPowerDraw).has_value());
  EXPECT_EQ(next.gpus[1].identity->index, 1u);
  EXPECT_EQ(*next.gpus[1].readings.Value(Metric::kPowerDraw), 300);
}

TEST(Fold, AGpuThatIsNoLongerListedIsGone) {
  const Snapshot next = FoldIn(Both(), Lane::kFast, std::vector<GpuSample>(), 3);
  EXPECT_TRUE(next.gpus.empty());
}

}  // namespace
}  // namespace gpuscaler::sources
